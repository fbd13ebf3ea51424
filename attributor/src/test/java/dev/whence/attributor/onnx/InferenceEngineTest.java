package dev.whence.attributor.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InferenceEngineTest {

    @Test
    void theCpuIsThereAndMultiplies() {
        assertThatCode(InferenceEngine.CPU::require).doesNotThrowAnyException();
        assertThatCode(() -> EngineProbe.multiply(InferenceEngine.CPU)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource(names = {"CUDA", "TENSORRT"})
    void anEngineThatIsNotThereIsRefusedInOneSentence(InferenceEngine engine) {
        assumeFalse(Files.exists(Path.of("/dev/nvidia0")), "A machine without a GPU is needed");

        assertThatThrownBy(engine::require)
                .isInstanceOf(EngineUnavailableException.class)
                .hasMessageStartingWith("The engine %s does not run here (".formatted(engine.label()))
                .hasMessageContaining("use another --engine")
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining("died");
    }

    @Test
    void aTrialThatTheNativeCodeEndsIsAReason() {
        assertThat(EngineProbe.outcome(134, List.of("# A fatal error has been detected")))
                .hasValue("the process that tried it died with exit code 134");
        assertThat(EngineProbe.outcome(3, List.of("a warning", "reason: no driver")))
                .hasValue("no driver");
        assertThat(EngineProbe.outcome(0, List.of("a warning"))).isEmpty();
    }

    @Test
    void aTrialThatIsInterruptedIsNoWordAboutTheEngine() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> EngineProbe.trial(InferenceEngine.CUDA))
                    .isInstanceOf(EngineUnavailableException.class)
                    .hasMessageContaining("its trial was interrupted");
        } finally {
            assertThat(Thread.interrupted()).as("the interruption goes on").isTrue();
        }
    }

    @Test
    void eventsNameEngineAndPrecision() {
        assertThat(InferenceEngine.TENSORRT.label()).isEqualTo("tensorrt");
        assertThat(InferenceEngine.CPU.precision()).isEqualTo("fp32");
    }
}
