package org.vexfs.daemon.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/// Random files, and random filters over them: each as the JSON that a user writes, and as plain
/// code that says which files it lets through.
final class FilterModel {
  /// What numbers are drawn from, so that a bound lets any share through.
  static final int SPREAD = 10_000;

  private static final List<String> LANGUAGES = List.of("de", "en", "fr", "ja");
  private static final List<String> ENDINGS = List.of(".md", ".txt", ".py");

  private final Random random;

  /// A file.
  record ModelFile(String path, FileFacts facts) {
    String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }

    String attribute(String name) {
      return facts.attributes().getOrDefault(name, "");
    }
  }

  /// A filter.
  ///
  /// @param json as it is written
  /// @param passes what it means
  record ModelFilter(String json, Predicate<ModelFile> passes) {}

  FilterModel(Random random) {
    this.random = random;
  }

  private <T> T any(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  ModelFile anyFile(int number) {
    String directory =
        "d" + random.nextInt(5) + (random.nextBoolean() ? "/e" + random.nextInt(3) : "");
    Map<String, String> attributes = new HashMap<>();
    if (random.nextInt(4) > 0) {
      attributes.put("user.language", any(LANGUAGES));
    }
    if (random.nextInt(10) > 0) {
      attributes.put("user.rank", Integer.toString(random.nextInt(SPREAD)));
    }
    return new ModelFile(
        directory + "/f" + number + any(ENDINGS),
        new FileFacts(
            random.nextInt(SPREAD),
            1_600_000_000 + random.nextInt(SPREAD),
            random.nextInt(3),
            random.nextInt(3),
            random.nextBoolean() ? 0644 : 0600,
            attributes));
  }

  /// A filter with clauses within one another, at most so deep.
  ModelFilter anyFilter(int depth) {
    return depth == 0 || random.nextInt(3) == 0 ? anyCondition() : anyClauses(depth);
  }

  private ModelFilter anyClauses(int depth) {
    List<ModelFilter> must = someFilters(depth);
    List<ModelFilter> should = someFilters(depth);
    List<ModelFilter> mustNot = random.nextInt(3) == 0 ? someFilters(depth) : List.of();
    return new ModelFilter(
        "{\"must\":%s,\"should\":%s,\"must_not\":%s}"
            .formatted(json(must), json(should), json(mustNot)),
        file -> {
          boolean all = must.stream().allMatch(filter -> filter.passes().test(file));
          boolean some =
              should.isEmpty() || should.stream().anyMatch(filter -> filter.passes().test(file));
          return all && some && mustNot.stream().noneMatch(filter -> filter.passes().test(file));
        });
  }

  private List<ModelFilter> someFilters(int depth) {
    List<ModelFilter> filters = new ArrayList<>();
    int count = random.nextInt(3);
    for (int i = 0; i < count; i++) {
      filters.add(anyFilter(depth - 1));
    }
    return filters;
  }

  private static String json(List<ModelFilter> filters) {
    return filters.stream().map(ModelFilter::json).toList().toString();
  }

  private ModelFilter anyCondition() {
    int number = random.nextInt(SPREAD);
    int few = random.nextInt(3);
    String language = any(LANGUAGES);
    String ending = any(ENDINGS);
    String directory = "d" + random.nextInt(5);
    return switch (random.nextInt(9)) {
      case 0 ->
          condition(
              "size", "\"range\":{\"lt\":%d}".formatted(number), f -> f.facts().size() < number);
      case 1 ->
          condition(
              "mtime",
              "\"range\":{\"gte\":%d}".formatted(1_600_000_000 + number),
              f -> f.facts().mtime() >= 1_600_000_000 + number);
      case 2 ->
          condition("uid", "\"match\":{\"value\":%d}".formatted(few), f -> f.facts().uid() == few);
      case 3 ->
          condition(
              "gid", "\"match\":{\"any\":[%d,7]}".formatted(few), f -> f.facts().gid() == few);
      case 4 -> condition("mode", "\"match\":{\"value\":\"0600\"}", f -> f.facts().mode() == 0600);
      case 5 ->
          condition(
              "user.language",
              "\"match\":{\"any\":[\"%s\",\"xx\"]}".formatted(language),
              f -> f.attribute("user.language").equals(language));
      case 6 ->
          condition(
              "user.rank",
              "\"range\":{\"gt\":%d,\"lte\":%d}".formatted(number / 2, number),
              f ->
                  !f.attribute("user.rank").isEmpty()
                      && Integer.parseInt(f.attribute("user.rank")) > number / 2
                      && Integer.parseInt(f.attribute("user.rank")) <= number);
      case 7 ->
          condition(
              "name",
              "\"match\":{\"glob\":\"*%s\"}".formatted(ending),
              f -> f.name().endsWith(ending));
      default ->
          condition(
              "path",
              "\"match\":{\"glob\":\"%s/**/*\"}".formatted(directory),
              f -> f.path().startsWith(directory + "/"));
    };
  }

  private static ModelFilter condition(String key, String check, Predicate<ModelFile> passes) {
    return new ModelFilter("{\"key\":\"%s\",%s}".formatted(key, check), passes);
  }

  /// One that lets about this share of the files through.
  ModelFilter sharing(double share) {
    int bound = (int) (share * SPREAD);
    return condition(
        "size", "\"range\":{\"lt\":%d}".formatted(bound), f -> f.facts().size() < bound);
  }
}
