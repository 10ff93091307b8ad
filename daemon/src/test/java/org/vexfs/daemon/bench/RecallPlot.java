package org.vexfs.daemon.bench;

import com.google.errorprone.annotations.FormatMethod;
import java.util.List;
import java.util.Locale;

/// Curves of recall and speed as an SVG image. Recall goes to the right, by the logarithm of what
/// is missing to 1, so that .9, .99 and .999 are equally far apart; speed goes up, by its
/// logarithm.
final class RecallPlot {
  private static final int WIDTH = 800;
  private static final int HEIGHT = 520;
  private static final int LEFT = 80;
  private static final int RIGHT = 170;
  private static final int TOP = 40;
  private static final int BOTTOM = 50;
  private static final double[] RECALLS = {0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 1};

  /// A recall of 1 is drawn as this.
  private static final double HIGHEST = 0.9996;

  private static final List<String> COLOURS =
      List.of("#d1495b", "#edae49", "#00798c", "#30638e", "#7a5195", "#588157", "#222222");

  private final String title;
  private final List<RecallCurve> curves;
  private final double slowest;
  private final double fastest;

  RecallPlot(String title, List<RecallCurve> curves) {
    this.title = title;
    this.curves = curves;
    List<Double> speeds =
        curves.stream()
            .flatMap(curve -> curve.points().stream())
            .map(point -> point.queriesPerSecond(1))
            .sorted()
            .toList();
    this.slowest = speeds.getFirst() / 1.2;
    this.fastest = speeds.getLast() * 1.2;
  }

  private static double missing(double recall) {
    return -Math.log(1 - Math.clamp(recall, RECALLS[0], HIGHEST));
  }

  private static double x(double recall) {
    double least = missing(RECALLS[0]);
    double share = (missing(recall) - least) / (missing(1) - least);
    return LEFT + share * (WIDTH - LEFT - RIGHT);
  }

  private double y(double speed) {
    double share = Math.log(speed / slowest) / Math.log(fastest / slowest);
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
  }

  String toSvg() {
    StringBuilder svg = new StringBuilder();
    append(
        svg,
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif'"
            + " font-size='12'>%n<rect width='100%%' height='100%%' fill='white'/>%n",
        WIDTH,
        HEIGHT);
    append(svg, "<text x='%d' y='24' font-size='16'>%s</text>%n", LEFT, title);
    grid(svg);
    for (int i = 0; i < curves.size(); i++) {
      curve(svg, curves.get(i), COLOURS.get(i % COLOURS.size()), TOP + 20 * i);
    }
    return svg.append("</svg>\n").toString();
  }

  private void grid(StringBuilder svg) {
    for (double recall : RECALLS) {
      line(svg, x(recall), TOP, x(recall), HEIGHT - BOTTOM);
      append(
          svg,
          "<text x='%.1f' y='%d' text-anchor='middle'>%s</text>%n",
          x(recall),
          HEIGHT - BOTTOM + 18,
          recall);
    }
    append(
        svg,
        "<text x='%d' y='%d' text-anchor='middle'>recall@10</text>%n",
        (LEFT + WIDTH - RIGHT) / 2,
        HEIGHT - 10);
    for (double power = 10; power <= fastest; power *= 10) {
      for (double speed : new double[] {power, 2 * power, 5 * power}) {
        if (speed >= slowest && speed <= fastest) {
          line(svg, LEFT, y(speed), WIDTH - RIGHT, y(speed));
          append(
              svg,
              "<text x='%d' y='%.1f' text-anchor='end'>%,.0f</text>%n",
              LEFT - 6,
              y(speed) + 4,
              speed);
        }
      }
    }
    append(
        svg,
        "<text transform='translate(18 %d) rotate(-90)' text-anchor='middle'>queries a second</text>%n",
        HEIGHT / 2);
  }

  private void curve(StringBuilder svg, RecallCurve curve, String colour, int legendY) {
    StringBuilder path = new StringBuilder();
    for (RecallCurve.Point point : curve.points()) {
      if (point.recall() >= RECALLS[0]) {
        double x = x(point.recall());
        double y = y(point.queriesPerSecond(1));
        append(path, "%.1f,%.1f ", x, y);
        append(svg, "<circle cx='%.1f' cy='%.1f' r='3' fill='%s'/>%n", x, y, colour);
      }
    }
    append(
        svg,
        "<polyline points='%s' fill='none' stroke='%s' stroke-width='2'/>%n",
        path.toString().strip(),
        colour);
    append(
        svg,
        "<text x='%d' y='%d' fill='%s'>%s</text>%n",
        WIDTH - RIGHT + 12,
        legendY + 10,
        colour,
        curve.name());
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    append(
        svg, "<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='#dddddd'/>%n", x1, y1, x2, y2);
  }

  @FormatMethod
  private static void append(StringBuilder to, String format, Object... values) {
    to.append(String.format(Locale.ROOT, format, values));
  }
}
