package dev.whence.stream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelChoiceTest {
    private static final String SHA256 = "0".repeat(64);
    private static final String VERSION = "3";

    private final PickyAttributor attributor = new PickyAttributor();

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void whatIsNamedHasToBeThere(boolean bundle, boolean reference) {
        assertThat(choice(bundle ? SHA256 : "", reference ? VERSION : "").open((path, of) -> attributor))
                .isSameAs(attributor);
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "'', 4", "1, ''"})
    void anotherOneIsRefused(String bundle, String reference) {
        assertThatThrownBy(() -> choice(bundle, reference).open((path, of) -> attributor))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is meant");
    }

    private static ModelChoice choice(String bundleSha256, String referenceVersion) {
        return new ModelChoice("bundle", "reference", bundleSha256, referenceVersion);
    }
}
