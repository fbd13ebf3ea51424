package dev.whence.attributor.image;

/**
 * What the samples of a decoded pixel mean, and the one way they become 8-bit sRGB. All arithmetic is on integers: no colour profile, no
 * colour management module, nothing that differs from one JDK to the next.
 */
enum SampleColours {
    GREY {
        @Override
        int rgb(int[] sample, int at) {
            return sample[at] * 0x010101;
        }
    },
    GREY_ALPHA {
        @Override
        int rgb(int[] sample, int at) {
            return overWhite(sample[at], sample[at + 1]) * 0x010101;
        }
    },
    RGB {
        @Override
        int rgb(int[] sample, int at) {
            return pack(sample[at], sample[at + 1], sample[at + 2]);
        }
    },
    RGB_ALPHA {
        @Override
        int rgb(int[] sample, int at) {
            int alpha = sample[at + 3];
            return pack(
                    overWhite(sample[at], alpha), overWhite(sample[at + 1], alpha), overWhite(sample[at + 2], alpha));
        }
    },
    /** ITU-T T.871, with the rounding of libjpeg's tables (jdcolor.c). */
    YCBCR {
        @Override
        int rgb(int[] sample, int at) {
            int y = sample[at];
            int cb = sample[at + 1] - 128;
            int cr = sample[at + 2] - 128;
            return pack(
                    clamp(y + ((91_881 * cr + HALF) >> 16)),
                    clamp(y + ((-22_554 * cb - 46_802 * cr + HALF) >> 16)),
                    clamp(y + ((116_130 * cb + HALF) >> 16)));
        }
    },
    /** Inverted, as Adobe's programs and all others write it: 0 is full ink. */
    CMYK {
        @Override
        int rgb(int[] sample, int at) {
            int k = sample[at + 3];
            return pack(inked(sample[at], k), inked(sample[at + 1], k), inked(sample[at + 2], k));
        }
    },
    /** CMYK whose inverted inks went through {@link #YCBCR}: what that gives are inks, complemented once more. */
    YCCK {
        @Override
        int rgb(int[] sample, int at) {
            int k = sample[at + 3];
            int cmy = YCBCR.rgb(sample, at);
            return pack(inked(255 - (cmy >> 16), k), inked(255 - ((cmy >> 8) & 0xff), k), inked(255 - (cmy & 0xff), k));
        }
    };

    private static final int HALF = 1 << 15;

    /** Turns the 8-bit samples from {@code at} on into 0xRRGGBB. */
    abstract int rgb(int[] sample, int at);

    /** Blends with white, as a page shows an image with transparent parts; opaque pixels stay what they are. */
    static int overWhite(int value, int alpha) {
        return (value * alpha + 255 * (255 - alpha) + 127) / 255;
    }

    static int pack(int red, int green, int blue) {
        return red << 16 | green << 8 | blue;
    }

    private static int inked(int ink, int key) {
        return (ink * key + 127) / 255;
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }
}
