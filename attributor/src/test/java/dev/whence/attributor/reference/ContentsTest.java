package dev.whence.attributor.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContentsTest {
    private static final ReferenceVector ONE = vector("one", "a", 1f);
    private static final ReferenceVector TWO = vector("two", "b", 2f);

    @Test
    void theOrderDoesNotMatter() {
        assertThat(Contents.of(List.of(ONE, TWO)).isSameAs(Contents.of(List.of(TWO, ONE))))
                .isTrue();
    }

    @Test
    void everythingElseDoes() {
        Contents contents = Contents.of(List.of(ONE, TWO));
        assertThat(List.of(
                        List.of(ONE),
                        List.of(ONE, TWO, TWO),
                        List.of(ONE, vector("two", "b", Math.nextUp(2f))),
                        List.of(ONE, vector("two", "c", 2f)),
                        List.of(ONE, vector("to", "b", 2f)),
                        List.of(vector("two", "a", 1f), vector("one", "b", 2f))))
                .allSatisfy(other ->
                        assertThat(Contents.of(other).isSameAs(contents)).isFalse());
        assertThat(Contents.of(List.of(vector("zero", "", 0f))).isSameAs(Contents.of(List.of(vector("zero", "", -0f)))))
                .as("the sign of zero")
                .isFalse();
    }

    private static ReferenceVector vector(String id, String dataSet, float value) {
        return new ReferenceVector(id, "0".repeat(64), dataSet, new float[] {value, 1});
    }
}
