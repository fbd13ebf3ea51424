package dev.whence.attributor.evaluation;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * True against predicted classes; the predicted class is the first candidate, whatever the verdict.
 *
 * @param classes names of rows and columns
 * @param matrix images; rows are the truth, columns the prediction
 */
public record ConfusionMatrix(List<String> classes, int[][] matrix) {
    static ConfusionMatrix of(List<String> classes, List<LabelledAttribution> known) {
        int[][] matrix = new int[classes.size()][classes.size()];
        for (LabelledAttribution image : known) {
            int predicted = classes.indexOf(image.predicted());
            if (predicted < 0) {
                throw new IllegalArgumentException(
                        "%s was predicted but is no class to evaluate with; pass the classes of the bundle."
                                .formatted(image.predicted()));
            }
            matrix[classes.indexOf(image.label())][predicted]++;
        }
        return new ConfusionMatrix(classes, matrix);
    }

    /** Images of a true class. */
    public int support(int row) {
        return Arrays.stream(matrix[row]).sum();
    }

    /** Share of a true class that was predicted as it; NaN where the class has no images. */
    public double recall(int row) {
        return (double) matrix[row][row] / support(row);
    }

    /** Share of all images predicted right; NaN without images. */
    public double accuracy() {
        return (double) rows().map(row -> matrix[row][row]).sum()
                / rows().map(this::support).sum();
    }

    /** Mean recall of the classes that have images; NaN where none has. */
    public double balancedAccuracy() {
        return rows().filter(row -> support(row) > 0)
                .mapToDouble(this::recall)
                .average()
                .orElse(Double.NaN);
    }

    private IntStream rows() {
        return IntStream.range(0, classes.size());
    }
}
