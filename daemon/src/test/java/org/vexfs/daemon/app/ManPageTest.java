package org.vexfs.daemon.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import org.junit.jupiter.api.Test;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The man page tells of every command and option what the program itself tells. Its section
/// COMMANDS is written by this test, run with `-Dvexfs.write-man-page=true`; the others by hand.
final class ManPageTest {
  private static final Path PAGE = Path.of("src/main/man/vexfs.1");
  private static final String START = ".SH COMMANDS\n";
  private static final String END = ".SH FILES\n";

  @Test
  void commands_areThoseOfTheProgram() throws IOException {
    String page = Files.readString(PAGE);
    int start = page.indexOf(START) + START.length();
    int end = page.indexOf(END);
    String commands = commands();
    if (Boolean.getBoolean("vexfs.write-man-page")) {
      Files.writeString(PAGE, page.substring(0, start) + commands + page.substring(end));
    } else {
      assertEquals(commands, page.substring(start, end));
    }
  }

  @Test
  void completion_knowsEveryCommandThatIsNotHidden() {
    String script = AutoComplete.bash("vexfs", Main.commandLine());
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      String name = command.getCommandName();
      boolean isHidden = command.getCommandSpec().usageMessage().hidden();
      assertEquals(!isHidden, script.contains("_picocli_vexfs_" + name + "()"), name);
    }
  }

  private static String commands() {
    StringBuilder text = new StringBuilder();
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      boolean isHidden = command.getCommandSpec().usageMessage().hidden();
      if (!isHidden && !command.getCommandName().equals("help")) {
        write(text, command.getCommandSpec());
      }
    }
    return text.toString();
  }

  private static void write(StringBuilder text, CommandSpec command) {
    text.append(".SS ").append(escape(synopsis(command))).append('\n');
    for (String line : command.usageMessage().description()) {
      paragraph(text, line);
    }
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      item(text, parameter.paramLabel(), parameter);
    }
    command.options().stream()
        .filter(option -> !option.hidden() && !option.usageHelp() && !option.versionHelp())
        .sorted(Comparator.comparing(OptionSpec::longestName))
        .forEach(option -> item(text, String.join(", ", option.names()) + value(option), option));
    String[] footer = command.usageMessage().footer();
    if (footer.length > 0) {
      text.append(".PP\nExamples:\n.PP\n.nf\n");
      Arrays.stream(footer)
          .filter(line -> line.startsWith("  "))
          .forEach(line -> text.append(escape(line)).append('\n'));
      text.append(".fi\n");
    }
  }

  private static String synopsis(CommandSpec command) {
    StringBuilder text = new StringBuilder("vexfs " + command.name());
    boolean hasOptions =
        command.options().stream().anyMatch(o -> !o.hidden() && !o.usageHelp() && !o.versionHelp());
    text.append(hasOptions ? " [OPTION]..." : "");
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      boolean isOptional = parameter.arity().min() == 0;
      text.append(isOptional ? " [" + parameter.paramLabel() + "]" : " " + parameter.paramLabel());
      text.append(parameter.arity().max() > 1 ? "..." : "");
    }
    return text.toString();
  }

  private static String value(OptionSpec option) {
    return option.arity().max() == 0 ? "" : "=" + option.paramLabel();
  }

  private static void item(StringBuilder text, String head, ArgSpec argument) {
    text.append(".TP\n.B ").append(escape(head)).append('\n');
    text.append(escape(String.join(" ", argument.description()))).append('\n');
  }

  private static void paragraph(StringBuilder text, String line) {
    text.append(line.startsWith("  ") ? ".IP \\(bu 2\n" : ".PP\n");
    text.append(escape(line.strip())).append('\n');
  }

  /// Hyphens are to be copied and typed; a line must not begin with a control character.
  private static String escape(String line) {
    String escaped = line.replace("\\", "\\e").replace("-", "\\-").replace("…", "...");
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }
}
