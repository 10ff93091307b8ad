package org.vexfs.daemon;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The table of packages in `daemon/docs/ARCHITECTURE.md`, held.
class ArchitectureTest {
  private static final String ROOT = "org.vexfs.daemon.";

  /// Each imports only those before it.
  private static final List<String> PACKAGES =
      List.of(
          "base",
          "io",
          "distance",
          "index",
          "store",
          "search",
          "overlay",
          "control",
          "fuse",
          "app");

  private static JavaClasses classes;

  @BeforeAll
  static void importClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.vexfs.daemon");
  }

  static List<String> packages() {
    return PACKAGES;
  }

  @ParameterizedTest
  @MethodSource("packages")
  void package_importsOnlyThoseBeforeIt(String name) {
    String[] later =
        PACKAGES.subList(PACKAGES.indexOf(name) + 1, PACKAGES.size()).stream()
            .map(other -> ROOT + other + "..")
            .toArray(String[]::new);
    noClasses()
        .that(resideInAPackage(ROOT + name + ".."))
        .should()
        .dependOnClassesThat(resideInAnyPackage(later))
        .allowEmptyShould(false)
        .check(classes);
  }

  @Test
  void packages_areThoseOfTheTable() {
    TreeSet<String> present =
        classes.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> name.startsWith(ROOT))
            .map(name -> name.substring(ROOT.length()))
            .collect(Collectors.toCollection(TreeSet::new));

    assertEquals(new TreeSet<>(PACKAGES), present);
  }

  @Test
  void libfuse_isUsedByTheFusePackageAlone() {
    noClasses()
        .that(resideInAPackage("org.vexfs.daemon.."))
        .and()
        .resideOutsideOfPackage(ROOT + "fuse..")
        .should()
        .dependOnClassesThat(resideInAPackage("org.vexfs.bindings.fuse.."))
        .check(classes);
  }

  @Test
  void vectorApi_isUsedByTheDistancePackageAlone() {
    noClasses()
        .that(resideInAPackage("org.vexfs.daemon.."))
        .and()
        .resideOutsideOfPackage(ROOT + "distance..")
        .should()
        .dependOnClassesThat(resideInAPackage("jdk.incubator.vector.."))
        .check(classes);
  }
}
