package dev.whence.vectorstore;

/** Bounds on what rounding does (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1). */
final class Rounding {
    /** Unit roundoff of single precision. */
    static final double SINGLE = 0x1p-24;
    /** Unit roundoff of double precision. */
    static final double DOUBLE = 0x1p-53;

    private Rounding() {}

    /** The relative error of a sum of this many products, in whatever order, fused or not, is at most this. */
    static double gamma(long terms, double unit) {
        return terms * unit / (1 - terms * unit);
    }
}
