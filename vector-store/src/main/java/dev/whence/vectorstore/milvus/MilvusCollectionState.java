package dev.whence.vectorstore.milvus;

/**
 * What a server says of a collection.
 *
 * @param collection its name, also where an alias was asked for
 * @param rows vectors that searches see, exactly; -1 while it is not loaded, when nobody can count them
 * @param indexedRows vectors in finished indexes; those of small segments count, they need none
 * @param pendingRows vectors that wait for their index: they are searched all the same
 * @param indexState Milvus' word: {@code Finished}, {@code InProgress}, {@code Unissued}, {@code Failed} ...
 * @param failure why the index could not be built; empty unless Milvus says so
 * @param loaded whether it can be searched
 */
public record MilvusCollectionState(
        String collection,
        long rows,
        MilvusIndex index,
        long indexedRows,
        long pendingRows,
        String indexState,
        String failure,
        boolean loaded) {}
