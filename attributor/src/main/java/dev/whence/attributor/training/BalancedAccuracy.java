package dev.whence.attributor.training;

/** Mean of the classes' recalls, whatever their sizes. */
final class BalancedAccuracy {
    private BalancedAccuracy() {}

    /**
     * @param logits {@code [image][class]}
     * @param labels true class of each image; classes without images do not count
     */
    static double of(float[][] logits, int[] labels, int classes) {
        int[] right = new int[classes];
        int[] all = new int[classes];
        for (int i = 0; i < labels.length; i++) {
            int first = 0;
            for (int c = 1; c < classes; c++) {
                if (logits[i][c] > logits[i][first]) {
                    first = c;
                }
            }
            all[labels[i]]++;
            if (first == labels[i]) {
                right[labels[i]]++;
            }
        }
        double sum = 0;
        int counted = 0;
        for (int c = 0; c < classes; c++) {
            if (all[c] > 0) {
                sum += (double) right[c] / all[c];
                counted++;
            }
        }
        return sum / counted;
    }
}
