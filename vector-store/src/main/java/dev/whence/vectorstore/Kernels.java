package dev.whence.vectorstore;

/** The matrix products that one collection searches and writes with. */
record Kernels(MatrixProduct floats, MatrixProduct codes) implements AutoCloseable {
    static Kernels open() {
        return new Kernels(MatrixProduct.ofFloats(), MatrixProduct.ofCodes());
    }

    @Override
    public void close() {
        floats.close();
        codes.close();
    }
}
