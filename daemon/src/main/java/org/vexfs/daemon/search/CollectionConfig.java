package org.vexfs.daemon.search;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;
import org.vexfs.daemon.distance.Metric;
import org.vexfs.daemon.store.VectorCollection;

/// What a collection's `config` file says: one JSON object.
///
/// @param metric how near two vectors are
/// @param embedder what makes vectors of words, [HashingEmbedder#NAME] or none
public record CollectionConfig(Metric metric, Optional<String> embedder) {
  private static final JsonFactory JSON = StrictJson.JSON;

  /// The settings of a collection that nobody has configured.
  public static final CollectionConfig DEFAULT =
      new CollectionConfig(Metric.EUCLIDEAN, Optional.empty());

  /// Whether these bytes end inside an object, so that more of it is to come.
  public static boolean isCutOff(byte[] bytes, int length) {
    try (JsonParser json = JSON.createParser(bytes, 0, length)) {
      @Nullable JsonToken first = json.nextToken();
      if (first == JsonToken.START_OBJECT) {
        json.skipChildren();
      }
      return first == null || json.currentToken() != JsonToken.END_OBJECT;
    } catch (com.fasterxml.jackson.core.io.JsonEOFException cut) {
      return true;
    } catch (IOException malformed) {
      return false;
    }
  }

  /// Reads settings. Keys that are left out keep what `present` has; `name` and `dimension` are
  /// there to be read, and are accepted as they are so that what was read can be written back.
  ///
  /// @param dimension of the collection, 0 while it has none
  /// @throws InvalidRequest naming the key that is unknown or wrong
  public static CollectionConfig parse(
      byte[] bytes, int length, CollectionConfig present, int dimension) throws InvalidRequest {
    Metric metric = present.metric();
    Optional<String> embedder = present.embedder();
    Set<String> seen = new HashSet<>();
    try (JsonParser json = JSON.createParser(bytes, 0, length)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidRequest("a collection's config is one JSON object");
      }
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String key = json.currentName();
        json.nextToken();
        if (!seen.add(key)) {
          throw new InvalidRequest("config: \"" + key + "\" is given twice");
        }
        switch (key) {
          case "metric" -> metric = metric(json);
          case "embedder" -> embedder = embedder(json);
          case "dimension" -> checkDimension(json, dimension);
          case "name" -> json.skipChildren();
          default ->
              throw new InvalidRequest(
                  "config: unknown key \"" + key + "\"; known are metric and embedder");
        }
      }
      if (json.nextToken() != null) {
        throw new InvalidRequest("config: something follows the JSON object");
      }
    } catch (JsonProcessingException e) {
      throw new InvalidRequest("config: malformed JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new CollectionConfig(metric, embedder);
  }

  private static Metric metric(JsonParser json) throws IOException, InvalidRequest {
    String id = json.getText();
    Optional<Metric> metric =
        json.currentToken() == JsonToken.VALUE_STRING ? Metric.ofId(id) : Optional.empty();
    return metric.orElseThrow(() ->
        new InvalidRequest(
            "config: \"metric\" is one of "
                + Arrays.stream(Metric.values()).map(Metric::id).collect(Collectors.joining(", "))
                + ", not "
                + id));
  }

  private static Optional<String> embedder(JsonParser json) throws IOException, InvalidRequest {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return Optional.empty();
    }
    String name = json.getText();
    if (json.currentToken() != JsonToken.VALUE_STRING || !name.equals(HashingEmbedder.NAME)) {
      throw new InvalidRequest(
          "config: \"embedder\" is \"" + HashingEmbedder.NAME + "\" or null, not " + name);
    }
    return Optional.of(name);
  }

  private static void checkDimension(JsonParser json, int dimension)
      throws IOException, InvalidRequest {
    boolean fits =
        json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getIntValue() == dimension;
    if (!fits) {
      throw new InvalidRequest(
          "config: \"dimension\" is fixed by the collection's first vector"
              + (dimension == 0 ? ", which has not come yet" : ": " + dimension));
    }
  }

  /// The file's content for a collection, or for one that does not exist yet.
  public static byte[] format(String name, Optional<VectorCollection> collection) {
    Metric metric = collection.map(VectorCollection::metric).orElse(DEFAULT.metric());
    Optional<String> embedder = collection.flatMap(VectorCollection::embedder);
    String text =
        "{\"name\":\""
            + name
            + "\",\"dimension\":"
            + collection.map(VectorCollection::dimension).orElse(0)
            + ",\"metric\":\""
            + metric.id()
            + "\",\"embedder\":"
            + embedder.map(id -> '"' + id + '"').orElse("null")
            + "}\n";
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
