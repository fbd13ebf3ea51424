package dev.whence.attributor.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an image of any size comes to the canonical size: {@code resize} brings the largest square in its middle there, which wipes out what
 * is finer than the new grid; {@code crops:N} cuts N squares of that size out of it and resamples nothing.
 *
 * <p>Crops lie where a JPEG's blocks begin, a multiple of 8 pixels from the corner of the pixels as they are stored, so that traces
 * of blocks keep their phase; an EXIF orientation turns each crop after it was cut. The first is in the middle (rounded towards the corner
 * by less than a block); each further one is where the nearest of those before is farthest, the upper and then the left one of several
 * such places. So they overlap only where the image is too small for them to be apart, no place comes twice, and an image with fewer than N
 * places has fewer crops. An image that is narrower or lower than one crop is resized.
 *
 * @param crops of one image at most, up to {@value #MOST}; 0: it is resized
 */
public record Framing(int crops) {
    public static final Framing RESIZE = new Framing(0);

    static final int MOST = 16;

    private static final int BLOCK = 8;
    private static final Pattern CROPS = Pattern.compile("crops:([1-9]|1[0-6])");

    public Framing {
        if (crops < 0 || crops > MOST) {
            throw new IllegalArgumentException("An image has up to %d crops, not %d".formatted(MOST, crops));
        }
    }

    /** @throws IllegalArgumentException unless it is {@code resize} or {@code crops:N} with an N of 1 to {@value #MOST} */
    @JsonCreator
    public static Framing labelled(String label) {
        Matcher crops = CROPS.matcher(label);
        if (crops.matches()) {
            return new Framing(Integer.parseInt(crops.group(1)));
        }
        if (!label.equals(RESIZE.label())) {
            throw new IllegalArgumentException(
                    "A framing is resize or crops:N, N from 1 to %d, and not '%s'".formatted(MOST, label));
        }
        return RESIZE;
    }

    /** As manifests and the command line say it. */
    @JsonValue
    public String label() {
        return crops == 0 ? "resize" : "crops:" + crops;
    }

    @Override
    public String toString() {
        return label();
    }

    /** Upper left corner of a crop in the pixels as they are stored. */
    record Place(int left, int top) {}

    /**
     * Where an image is cut; empty: it is resized.
     *
     * @param width of the image in pixels
     * @param height of the image in pixels
     * @param size side of a crop in pixels
     */
    List<Place> places(int width, int height, int size) {
        if (crops == 0 || width < size || height < size) {
            return List.of();
        }
        int columns = (width - size) / BLOCK + 1;
        int rows = (height - size) / BLOCK + 1;
        int[] squaredDistance = new int[columns * rows];
        Arrays.fill(squaredDistance, Integer.MAX_VALUE);
        List<Place> places = new ArrayList<>();
        int next = (rows - 1) / 2 * columns + (columns - 1) / 2;
        while (places.size() < crops && squaredDistance[next] > 0) {
            int column = next % columns;
            int row = next / columns;
            places.add(new Place(column * BLOCK, row * BLOCK));
            next = 0;
            for (int i = 0; i < squaredDistance.length; i++) {
                int across = i % columns - column;
                int down = i / columns - row;
                squaredDistance[i] = Math.min(squaredDistance[i], across * across + down * down);
                next = squaredDistance[i] > squaredDistance[next] ? i : next;
            }
        }
        return places;
    }
}
