package dev.whence.attributor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CropsTest {
    private static final List<CanonicalImage> IMAGES = images(2, 1, 3);

    @Test
    void rowsOfAnImageFollowOneAnother() {
        Crops crops = Crops.of(IMAGES);

        assertThat(crops.images()).isEqualTo(3);
        assertThat(crops.rows()).isEqualTo(6);
        assertThat(IntStream.rangeClosed(0, 3).map(crops::first)).containsExactly(0, 2, 3, 6);
        assertThat(IntStream.range(0, 3).map(crops::count)).containsExactly(2, 1, 3);
        assertThat(crops.repeated(new int[] {7, 8, 9})).containsExactly(7, 7, 8, 9, 9, 9);
        assertThat(Crops.parts(IMAGES))
                .extracting(CanonicalImage::sha256)
                .containsExactly("0", "0", "1", "2", "2", "2");
    }

    @Test
    void whatCropsSayIsAveragedByImage() {
        float[][] said = {{1, 10}, {2, 30}, {5, 5}, {1, 0}, {1, 0}, {4, -3}};

        assertThat(Crops.of(IMAGES).means(said)).isDeepEqualTo(new float[][] {{1.5f, 20}, {5, 5}, {2, -1}});
    }

    @Test
    void batchesKeepImagesWhole() {
        assertThat(Crops.batches(IMAGES, 4)).containsExactly(IMAGES.subList(0, 2), IMAGES.subList(2, 3));
        assertThat(Crops.batches(IMAGES, 1))
                .containsExactly(IMAGES.subList(0, 1), IMAGES.subList(1, 2), IMAGES.subList(2, 3));
        assertThat(Crops.batches(IMAGES, 6)).containsExactly(IMAGES);
        assertThat(Crops.batches(List.of(), 6)).isEmpty();
    }

    private static List<CanonicalImage> images(int... crops) {
        return IntStream.range(0, crops.length)
                .mapToObj(i -> new CanonicalImage(Integer.toString(i), 1, Collections.nCopies(crops[i], new byte[3])))
                .toList();
    }
}
