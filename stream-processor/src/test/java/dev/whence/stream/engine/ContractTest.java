package dev.whence.stream.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.attributor.image.ImageRejectedException.Reason;
import dev.whence.schemas.ErrorCode;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The attributor does not know the contract, but its words must be the contract's. */
class ContractTest {
    @Test
    void everyReasonOfTheDecoderIsAnErrorCode() {
        assertThat(Stream.of(Reason.values()).map(Reason::name))
                .isSubsetOf(Stream.of(ErrorCode.values()).map(ErrorCode::name).toList());
    }

    @Test
    void everyVerdictOfTheAttributorIsOneOfTheContract() {
        assertThat(Stream.of(dev.whence.attributor.Verdict.values()).map(Enum::name))
                .containsExactlyElementsOf(Stream.of(dev.whence.schemas.Verdict.values())
                        .map(Enum::name)
                        .toList());
    }
}
