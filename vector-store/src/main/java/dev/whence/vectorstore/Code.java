package dev.whence.vectorstore;

/**
 * A vector's offset v from the centre as the first pass of a search sees it: its coordinates P v rounded to whole steps
 * of one scale, and the lengths of all that is lost. With c = P v, its code c' and the same of another offset w (code
 * d'), and e = |P P^T - I|:
 *
 * <pre>v.w  &lt;=  c'.d' + |c - c'| |d'| + |c| |d - d'| + e/(1-e) |c| |d| + rest(v) rest(w)</pre>
 *
 * where rest(v)^2 = |v|^2 - |c|^2 (1 - e/(1-e)) is at least the squared length of what the axes do not reach. As
 * |v - w|^2 = |v|^2 + |w|^2 - 2 v.w, an upper bound on v.w is a lower bound on the distance. Lengths are rounded up.
 *
 * @param steps the code in whole steps
 * @param scale length of a step
 * @param length |c'|
 * @param error at least |c - c'|
 * @param reach at least |c|
 * @param rest at least the length of what the axes do not reach
 */
record Code(byte[] steps, double scale, double length, double error, double reach, double rest) {

    /**
     * @param coordinates as the projection computed them
     * @param squaredLength |v|^2
     * @param maxStep largest step, 127 for rows and 63 for queries: see {@link MatrixProduct#ofCodes()}
     */
    static Code of(double[] coordinates, double squaredLength, int maxStep, SearchProjection projection) {
        double up = 1 + Rounding.gamma(4L * (projection.dimension() + coordinates.length + 16), Rounding.DOUBLE);
        double offsetLength = Math.sqrt(squaredLength) * up;
        double skew = projection.deviation() / (1 - projection.deviation());
        double largest = 0;
        double sum = 0;
        for (double coordinate : coordinates) {
            largest = Math.max(largest, Math.abs(coordinate));
            sum += coordinate * coordinate;
        }
        byte[] steps = new byte[coordinates.length];
        if (!(sum < Double.POSITIVE_INFINITY)) {
            // Single precision overflowed: nothing is known of the coordinates but that they are not longer than v.
            double reach = offsetLength * (1 + projection.deviation());
            return new Code(steps, 0, 0, reach, reach, offsetLength);
        }
        double scale = largest / maxStep;
        double inverse = scale > 0 ? 1 / scale : 0;
        double coded = 0;
        double lost = 0;
        for (int i = 0; i < steps.length; i++) {
            int step = (int) Math.max(-maxStep, Math.min(maxStep, Math.rint(coordinates[i] * inverse)));
            steps[i] = (byte) step;
            double value = step * scale;
            coded += value * value;
            lost += (coordinates[i] - value) * (coordinates[i] - value);
        }
        double computed = Math.sqrt(sum);
        double away = projection.coordinateError(offsetLength);
        double least = Math.max(0, computed / up - away);
        return new Code(
                steps,
                scale,
                Math.sqrt(coded) * up,
                Math.sqrt(lost) * up + away,
                computed * up + away,
                Math.sqrt(Math.max(0, squaredLength * up - least * least * (1 - skew))) * up);
    }
}
