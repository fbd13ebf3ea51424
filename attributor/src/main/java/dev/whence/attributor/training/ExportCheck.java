package dev.whence.attributor.training;

/** An exported graph must answer as the trained network did: the export writes every operator anew. */
final class ExportCheck {
    /** Relative to the value; the two engines add in different orders. */
    private static final float TOLERANCE = 1e-3f;

    private ExportCheck() {}

    /** @throws IllegalStateException when {@code [image][component]} of both are not the same */
    static void requireEqual(float[][] trained, float[][] exported) {
        for (int i = 0; i < trained.length; i++) {
            for (int c = 0; c < trained[i].length; c++) {
                float difference = Math.abs(trained[i][c] - exported[i][c]);
                if (!(difference <= TOLERANCE * Math.max(1, Math.abs(trained[i][c])))) {
                    throw new IllegalStateException("The exported graph answers %s where the trained network says %s"
                            .formatted(exported[i][c], trained[i][c]));
                }
            }
        }
    }
}
