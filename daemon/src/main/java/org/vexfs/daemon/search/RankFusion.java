package org.vexfs.daemon.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vexfs.daemon.base.TreePath;

/// Makes one ranking of several, by reciprocal rank fusion (Cormack, Clarke, Büttcher: Reciprocal
/// rank fusion outperforms Condorcet and individual rank learning methods, SIGIR 2009): a file's
/// weight is the sum of 1 / (60 + rank) over the rankings that it is in. Ranks can be added up
/// where distances of different collections and metrics cannot.
///
/// The score of a hit is its weight as a share of the greatest possible, which a file has that is
/// first everywhere.
final class RankFusion {
  /// The paper's constant, which keeps first places from deciding alone.
  private static final int RANK_CONSTANT = 60;

  private final Map<TreePath, Fused> files = new LinkedHashMap<>();
  private int rankings;

  /// What the rankings say of a file.
  private static final class Fused {
    final TreePath path;
    final List<Integer> ranks = new ArrayList<>();
    double weight;

    Fused(TreePath path) {
      this.path = path;
    }

    void add(int ranking, int rank) {
      fillTo(ranking);
      ranks.add(rank);
      weight += 1.0 / (RANK_CONSTANT + rank);
    }

    void fillTo(int rankings) {
      while (ranks.size() < rankings) {
        ranks.add(0);
      }
    }
  }

  /// Takes in one ranking, of files that each are in it once.
  void add(List<Hit> ranking) {
    for (Hit hit : ranking) {
      files.computeIfAbsent(hit.path(), Fused::new).add(rankings, hit.rank());
    }
    rankings++;
  }

  /// The files by weight, and those of the same by path.
  List<Hit> ranked() {
    double greatest = (double) rankings / (RANK_CONSTANT + 1);
    List<Fused> sorted = new ArrayList<>(files.values());
    sorted.sort(
        Comparator.comparingDouble((Fused file) -> -file.weight).thenComparing(file -> file.path));
    List<Hit> hits = new ArrayList<>();
    for (Fused file : sorted) {
      file.fillTo(rankings);
      hits.add(
          Hit.ofRanks(hits.size() + 1, file.path, file.ranks, (float) (file.weight / greatest)));
    }
    return hits;
  }
}
