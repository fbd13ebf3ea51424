package dev.whence.infra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.reference.Finding.Level;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DoctorCommandTest {
    @ParameterizedTest
    @CsvSource({"16,FAIL", "17,OK", "25,OK"})
    void javaMustBe17(int feature, Level level) {
        assertThat(DoctorCommand.java(feature).level()).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource({"268435456,WARN", "1073741824,OK"})
    void aSmallHeapIsAWarning(long bytes, Level level) {
        assertThat(DoctorCommand.memory(bytes).level()).isEqualTo(level);
    }

    @ParameterizedTest
    @CsvSource({"1000,FAIL", "500000000,WARN", "5000000000,OK"})
    void aFullDiskIsAFailure(long free, Level level) {
        assertThat(DoctorCommand.disk("disk", Path.of("."), free).level()).isEqualTo(level);
    }
}
