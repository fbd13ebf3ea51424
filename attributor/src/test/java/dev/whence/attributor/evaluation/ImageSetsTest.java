package dev.whence.attributor.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImageSetsTest {
    private static final List<Integer> IMAGES = IntStream.range(0, 11).boxed().toList();

    @Test
    void everyPartitionUsesAnImageOnce() {
        List<List<Integer>> sets = ImageSets.draw(IMAGES, 5, 1);
        assertThat(sets).hasSize(10);
        for (int partition = 0; partition < 5; partition++) {
            assertThat(sets.subList(2 * partition, 2 * partition + 2).stream().flatMap(List::stream))
                    .hasSize(10)
                    .doesNotHaveDuplicates()
                    .isSubsetOf(IMAGES);
        }
    }

    @Test
    void setsOfOneAreTheImagesThemselves() {
        assertThat(ImageSets.draw(IMAGES, 1, 1).stream().flatMap(List::stream))
                .containsExactlyInAnyOrderElementsOf(IMAGES);
    }

    @Test
    void tooFewImagesMakeNoSet() {
        assertThat(ImageSets.draw(IMAGES, 12, 1)).isEmpty();
        assertThat(ImageSets.draw(IMAGES, 11, 1)).hasSize(11);
    }

    @Test
    void theSameSeedDrawsTheSameSets() {
        assertThat(ImageSets.draw(IMAGES, 3, 4)).isEqualTo(ImageSets.draw(IMAGES, 3, 4));
        assertThat(ImageSets.draw(IMAGES, 3, 4)).isNotEqualTo(ImageSets.draw(IMAGES, 3, 5));
    }
}
