package dev.whence.attributor.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.attributor.image.Framing.Place;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Places are found by hand, on a chequered sheet with a square for every block. */
class FramingTest {
    @Test
    void theFirstCropIsInTheMiddleAndTheOthersAreFarFromThoseBefore() {
        assertThat(new Framing(5).places(80, 56, 32))
                .containsExactly(
                        new Place(24, 8), new Place(0, 24), new Place(48, 24), new Place(0, 0), new Place(48, 0));
        assertThat(new Framing(5).places(320, 40, 36))
                .containsExactly(
                        new Place(136, 0), new Place(280, 0), new Place(0, 0), new Place(208, 0), new Place(64, 0));
    }

    @Test
    void nineCropsOfALargeSquareAreCornersEdgesAndTheMiddle() {
        assertThat(new Framing(9).places(160, 160, 32))
                .containsExactly(
                        new Place(64, 64),
                        new Place(0, 0),
                        new Place(128, 0),
                        new Place(0, 128),
                        new Place(128, 128),
                        new Place(64, 0),
                        new Place(0, 64),
                        new Place(128, 64),
                        new Place(64, 128));
    }

    @Test
    void cropsOfALargeImageDoNotOverlap() {
        List<Place> places = new Framing(16).places(160, 160, 32);
        assertThat(places)
                .hasSize(16)
                .allSatisfy(one -> assertThat(places)
                        .filteredOn(other ->
                                Math.abs(other.left() - one.left()) < 32 && Math.abs(other.top() - one.top()) < 32)
                        .containsExactly(one));
    }

    @Test
    void everyCropBeginsWithABlockAndEndsInsideTheImage() {
        assertThat(new Framing(16).places(203, 101, 50)).hasSize(16).allSatisfy(place -> {
            assertThat(place.left() % 8).isZero();
            assertThat(place.top() % 8).isZero();
            assertThat(place.left()).isLessThanOrEqualTo(153);
            assertThat(place.top()).isLessThanOrEqualTo(51);
        });
    }

    @Test
    void aSmallImageHasFewerCropsAndNoneTwice() {
        assertThat(new Framing(16).places(32, 32, 32)).containsExactly(new Place(0, 0));
        assertThat(new Framing(16).places(39, 39, 32)).containsExactly(new Place(0, 0));
        assertThat(new Framing(16).places(47, 39, 32)).containsExactly(new Place(0, 0), new Place(8, 0));
        assertThat(new Framing(16).places(40, 48, 32)).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void whatIsTooSmallForACropIsResizedAsEverythingIsWithoutCrops() {
        assertThat(new Framing(5).places(31, 500, 32)).isEmpty();
        assertThat(new Framing(5).places(500, 31, 32)).isEmpty();
        assertThat(Framing.RESIZE.places(500, 500, 32)).isEmpty();
    }

    @Test
    void theLargestImageIsSearchedForPlacesInNoTime() {
        assertThat(new Framing(16).places(16_384, 3_000, 32)).hasSize(16);
    }

    @Test
    void labelsAreReadAsTheyAreWritten() {
        assertThat(Framing.labelled("resize")).isEqualTo(Framing.RESIZE);
        assertThat(Framing.labelled("crops:1")).isEqualTo(new Framing(1));
        assertThat(Framing.labelled("crops:16").label()).isEqualTo("crops:16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "crop", "crops", "crops:0", "crops:17", "crops:05", "crops:-1", "Resize", "crops:5 "})
    void otherLabelsAreRefusedInASentence(String label) {
        assertThatThrownBy(() -> Framing.labelled(label))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A framing is resize or crops:N, N from 1 to 16, and not '%s'", label);
    }
}
