package org.vexfs.daemon.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vexfs.daemon.base.TreePath;
import org.vexfs.daemon.base.VectorFailure;
import org.vexfs.daemon.base.VectorFailure.InvalidRequest;

/// Filters, read and put to one file: `docs/Über a.md` of 1,000 bytes, changed at 1,700,000,000.5,
/// of 1000:100 and mode 640, with a few attributes.
final class FilterTest {
  private static final TreePath PATH = TreePath.ofText("docs/Über a.md");

  private static final FileFacts FACTS =
      new FileFacts(
          1_000,
          1_700_000_000.5,
          1000,
          100,
          0640,
          Map.of(
              "user.lang", "de",
              "user.rating", " 4.50\n",
              "user.serial", "9007199254740993",
              "user.date", "2025-03-01",
              "user.empty", "",
              "user.raw", "caf\u00e9"));

  private static Filter parse(String filter) throws VectorFailure {
    String query = "{\"vector\":[1],\"filter\":" + filter.replace('\'', '"') + "}";
    return QueryParser.parse(query.getBytes(StandardCharsets.UTF_8)).filter().orElseThrow();
  }

  private static boolean passes(String filter) throws VectorFailure {
    return parse(filter).test(PATH, FACTS);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'path'        | 'match':{'value':'docs/Über a.md'}        | true",
        "'path'        | 'match':{'value':'Über a.md'}             | false",
        "'name'        | 'match':{'value':'Über a.md'}             | true",
        "'name'        | 'match':{'glob':'*.md'}                   | true",
        "'name'        | 'match':{'glob':'?ber*'}                  | true",
        "'name'        | 'match':{'any':['x','Über a.md']}         | true",
        "'name'        | 'match':{'any':[]}                        | false",
        "'size'        | 'match':{'value':1000}                    | true",
        "'size'        | 'match':{'value':'1000'}                  | true",
        "'size'        | 'match':{'any':[1,1e3]}                   | true",
        "'size'        | 'range':{'gt':999,'lte':1000}             | true",
        "'size'        | 'range':{'gt':1000}                       | false",
        "'mtime'       | 'range':{'gte':'2023-11-14','lt':'2023-11-15'}            | true",
        "'mtime'       | 'range':{'gte':'2023-11-15'}              | false",
        "'mtime'       | 'range':{'gt':'2023-11-14T23:13:20+01:00'} | true",
        "'mtime'       | 'match':{'value':1700000000.5}            | true",
        "'uid'         | 'match':{'value':1000}                    | true",
        "'gid'         | 'range':{'lt':100}                        | false",
        "'mode'        | 'match':{'value':'640'}                   | true",
        "'mode'        | 'match':{'value':416}                     | true",
        "'mode'        | 'match':{'value':640}                     | false",
        "'user.lang'   | 'match':{'value':'de'}                    | true",
        "'user.lang'   | 'match':{'value':'DE'}                    | false",
        "'user.lang'   | 'range':{'gte':'da','lt':'df'}            | true",
        "'user.lang'   | 'range':{'gt':3}                          | false",
        "'user.lang'   | 'range':{'gt':'3'}                        | true",
        "'user.rating' | 'match':{'value':4.5}                     | true",
        "'user.rating' | 'match':{'value':'4.5'}                   | false",
        "'user.rating' | 'match':{'any':['x',4.5]}                 | true",
        "'user.rating' | 'range':{'gt':4,'lt':10}                  | true",
        "'user.rating' | 'range':{'gt':'4','lt':'10'}              | true",
        "'user.serial' | 'match':{'value':9007199254740993}        | true",
        "'user.serial' | 'match':{'value':9007199254740992}        | false",
        "'user.serial' | 'range':{'gt':9007199254740992}           | true",
        "'user.date'   | 'range':{'gte':'2025-02-28','lt':'2025-03-02'} | true",
        "'user.empty'  | 'match':{'value':''}                      | true",
        "'user.empty'  | 'match':{'glob':'*'}                      | true",
        "'user.absent' | 'match':{'glob':'*'}                      | false",
        "'user.absent' | 'range':{'lt':5}                          | false",
        "'user.raw'    | 'match':{'value':'caf\\udce9'}            | true",
        "'user.raw'    | 'match':{'glob':'caf?'}                   | true"
      })
  void condition_isWhatItSays(String key, String check, boolean passes) throws VectorFailure {
    assertEquals(passes, passes("{'key':" + key + "," + check + "}"), key + " " + check);
    assertEquals(!passes, passes("{'must_not':[{'key':" + key + "," + check + "}]}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                                              | true",
        "{'must':[]}                                     | true",
        "{'should':[]}                                   | true",
        "{'must':[T,T]}                                  | true",
        "{'must':[T,F]}                                  | false",
        "{'must':T,'must_not':F}                         | true",
        "{'should':[F,T]}                                | true",
        "{'should':[F,F]}                                | false",
        "{'must':[T],'should':[F]}                       | false",
        "{'must_not':[F,T]}                              | false",
        "{'must_not':[F,F]}                              | true",
        "{'must':[{'should':[F,{'must_not':[F]}]}]}      | true",
        "{'must_not':[{'must':[T,T]}]}                   | false"
      })
  void clauses_areJoined(String filter, boolean passes) throws VectorFailure {
    String yes = "{'key':'uid','match':{'value':1000}}";
    String no = "{'key':'uid','match':{'value':0}}";
    assertEquals(passes, passes(filter.replace("T", yes).replace("F", no)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]                                                  | \"filter\" is an array",
        "{'musst':[]}                                        | \"musst\" is not known",
        "{'must':3}                                          | \"must\" is a number",
        "{'must':[],'must':[]}                               | \"must\" is given twice",
        "{'key':'uid'}                                       | neither clauses nor",
        "{'match':{'value':1}}                               | neither clauses nor",
        "{'key':'uid','match':{'value':1},'must':[]}         | neither clauses nor",
        "{'key':'uid','match':{'value':1},'range':{'gt':1}}  | comes besides another",
        "{'key':'colour','match':{'value':1}}                | takes path, name, size",
        "{'key':'user.','match':{'value':1}}                 | takes path, name, size",
        "{'key':'user.vexfs.vector','match':{'value':1}}     | which is a vector",
        "{'key':'uid','match':{}}                            | takes one of value, any and glob",
        "{'key':'uid','match':{'value':1,'any':[]}}          | takes one of value, any and glob",
        "{'key':'uid','match':{'value':null}}                | \"value\" is null",
        "{'key':'uid','match':{'value':'root'}}              | compares uid with 'root'",
        "{'key':'uid','match':{'glob':'1*'}}                 | uid is a number",
        "{'key':'mode','match':{'value':'0888'}}             | in octal",
        "{'key':'mtime','range':{'gt':'yesterday'}}          | seconds or a date",
        "{'key':'uid','range':{}}                            | at least one of gt",
        "{'key':'uid','range':{'above':1}}                   | \"above\" is not known"
      })
  void parse_whatIsWrong_isNamed(String filter, String message) {
    InvalidRequest refused = assertThrows(InvalidRequest.class, () -> parse(filter));
    assertTrue(refused.toString().contains(message), refused::toString);
  }

  @Test
  void parse_tooDeepOrTooMany_isRefused() {
    String deep = "{'must':[".repeat(100) + "]}".repeat(100);
    assertThrows(InvalidRequest.class, () -> parse(deep));
    String condition = "{'key':'uid','match':{'value':1}}";
    String many = "{'must':[" + (condition + ",").repeat(2_000) + condition + "]}";
    assertThrows(InvalidRequest.class, () -> parse(many));
  }

  @Test
  void parse_sameFilterInAnyOrder_isEqual() throws VectorFailure {
    assertEquals(
        parse("{'must':[{'key':'user.a','match':{'glob':'x*'}}],'must_not':[]}"),
        parse("{'must':{'match':{'glob':'x*'},'key':'user.a'}}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*            | a/b.c        | true",
        "a            | a            | true",
        "a            | ab           | false",
        "*.md         | x/y.md       | true",
        "*.md         | x.mdx        | false",
        "docs/**/*.md | docs/a.md    | true",
        "docs/**/*.md | docs/b/c/a.md | true",
        "docs/**/*.md | docsa.md     | false",
        "**/a         | a            | true",
        "**/a         | b/a          | true",
        "**/a         | ba           | false",
        "[a-c]x       | bx           | true",
        "[!a-c]x      | bx           | false",
        "[!a-c]x      | dx           | true",
        "[]]          | ]            | true",
        "[a           | [a           | true",
        "\\*          | *            | true",
        "\\*          | a            | false",
        "a?c          | a𝄞c          | true",
        "a**b         | axxb         | true"
      })
  void glob_isWhatShellsHave(String pattern, String text, boolean matches) {
    assertEquals(matches, new Glob(pattern).matches(text), pattern + " " + text);
  }

  @Test
  void glob_thatHasManyWaysToFail_failsSoon() {
    Glob glob = new Glob("*a".repeat(60) + "b");
    assertTimeout(
        Duration.ofSeconds(5), () -> assertEquals(false, glob.matches("a".repeat(20_000))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ".", "-", "1e", "1e+", "0x10", "NaN", "1 2", "Infinity", "1f"})
  void number_thatIsNone_isText(String text) {
    assertTrue(FilterNumber.parse(text).isEmpty(), text);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1.0",
    "+1,1",
    "007,7",
    "1e3,1000",
    ".5,0.5",
    "5.,5",
    "-0.0,0",
    "1e17,100000000000000000"
  })
  void number_inSeveralForms_isOne(String one, String other) {
    assertEquals(FilterNumber.parse(one), FilterNumber.parse(other));
  }
}
