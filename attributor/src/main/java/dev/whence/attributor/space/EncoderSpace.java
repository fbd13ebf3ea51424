package dev.whence.attributor.space;

import ai.djl.ndarray.types.Shape;

/** The features of an image encoder: an embedding is a vector. */
public record EncoderSpace(EncoderDescription description, byte[] graph) implements EmbeddingSpace {
    /** @throws IllegalArgumentException when the graph is not the one that is described */
    public EncoderSpace {
        description.requireGraph(graph);
    }

    @Override
    public String name() {
        return description.name();
    }

    @Override
    public Shape shape(int size) {
        return new Shape(description.dimension());
    }

    @Override
    public String sha256(int size) {
        return description.embeddingSha256();
    }

    /** An encoder hardly tells an image from its mirror image: the features are taken as they are. */
    @Override
    public int mirrored(int component, int size) {
        return component;
    }

    @Override
    public String toString() {
        return name();
    }
}
