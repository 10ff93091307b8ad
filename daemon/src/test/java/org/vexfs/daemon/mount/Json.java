package org.vexfs.daemon.mount;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads JSON into maps, lists, strings, booleans, `Long` and `Double`; `null` becomes the text
/// `null`, which no test expects.
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /// The one object that `text` holds.
  static Map<String, Object> object(String text) throws IOException {
    List<Map<String, Object>> objects = lines(text);
    if (objects.size() != 1) {
      throw new AssertionError("one JSON object expected: " + text);
    }
    return objects.getFirst();
  }

  /// The objects that `text` holds, one after the other.
  static List<Map<String, Object>> lines(String text) throws IOException {
    List<Map<String, Object>> objects = new ArrayList<>();
    try (JsonParser json = FACTORY.createParser(text)) {
      while (json.nextToken() != null) {
        objects.add(readObject(json));
      }
    }
    return objects;
  }

  /// The number under `key`.
  static long number(Map<String, Object> object, String key) {
    if (object.get(key) instanceof Long number) {
      return number;
    }
    throw new AssertionError("no whole number " + key + " in " + object);
  }

  /// The objects in the array under `key`.
  static List<Map<String, Object>> objects(Map<String, Object> object, String key) {
    List<Map<String, Object>> objects = new ArrayList<>();
    if (object.get(key) instanceof List<?> elements) {
      for (Object element : elements) {
        Map<String, Object> copy = new LinkedHashMap<>();
        if (element instanceof Map<?, ?> fields) {
          fields.forEach((name, value) -> copy.put(String.valueOf(name), value));
        }
        objects.add(copy);
      }
      return objects;
    }
    throw new AssertionError("no array " + key + " in " + object);
  }

  /// The object under `key`.
  static Map<String, Object> within(Map<String, Object> object, String key) {
    if (object.get(key) instanceof Map<?, ?> fields) {
      Map<String, Object> copy = new LinkedHashMap<>();
      fields.forEach((name, value) -> copy.put(String.valueOf(name), value));
      return copy;
    }
    throw new AssertionError("no object " + key + " in " + object);
  }

  /// The number under `key`, whole or not.
  static double decimal(Map<String, Object> object, String key) {
    if (object.get(key) instanceof Number number) {
      return number.doubleValue();
    }
    throw new AssertionError("no number " + key + " in " + object);
  }

  /// The text under `key`.
  static String text(Map<String, Object> object, String key) {
    if (object.get(key) instanceof String text) {
      return text;
    }
    throw new AssertionError("no text " + key + " in " + object);
  }

  private static Map<String, Object> readObject(JsonParser json) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw new AssertionError("an object expected, not " + json.currentToken());
    }
    Map<String, Object> object = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      object.put(key, readValue(json));
    }
    return object;
  }

  private static Object readValue(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> readObject(json);
      case START_ARRAY -> {
        List<Object> values = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
          values.add(readValue(json));
        }
        yield values;
      }
      case VALUE_NUMBER_INT -> json.getLongValue();
      case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      case VALUE_TRUE, VALUE_FALSE -> json.getBooleanValue();
      case VALUE_STRING, VALUE_NULL -> json.getText();
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new AssertionError("unexpected " + json.currentToken());
    };
  }
}
