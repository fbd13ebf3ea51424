package io.milvus.client;

/** Stands for the client of Milvus, which is on no class path here. */
public interface MilvusClient {}
