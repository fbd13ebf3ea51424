package dev.whence.infra;

/** How many images were read, until something else is to be told. */
class ReadingProgress implements AutoCloseable {
    private final Progress reading;
    private boolean over;
    private long images;

    ReadingProgress(String task, long images) {
        reading = Progress.of(task, images);
    }

    public void imageRead() {
        reading.at(++images);
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            reading.close();
        }
    }
}
