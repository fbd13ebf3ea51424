package dev.whence.vectorstore.milvus;

import com.google.protobuf.ByteString;
import dev.whence.vectorstore.ReferenceCollection.Query;
import dev.whence.vectorstore.ReferenceCollection.ReferenceVector;
import dev.whence.vectorstore.ReferenceStoreException;
import dev.whence.vectorstore.ReferenceStoreException.Reason;
import dev.whence.vectorstore.milvus.MilvusStore.Described;
import io.milvus.grpc.CollectionSchema;
import io.milvus.grpc.ConsistencyLevel;
import io.milvus.grpc.DataType;
import io.milvus.grpc.DeleteRequest;
import io.milvus.grpc.DslType;
import io.milvus.grpc.FieldData;
import io.milvus.grpc.FieldSchema;
import io.milvus.grpc.FloatArray;
import io.milvus.grpc.InsertRequest;
import io.milvus.grpc.KeyValuePair;
import io.milvus.grpc.PlaceholderGroup;
import io.milvus.grpc.PlaceholderType;
import io.milvus.grpc.PlaceholderValue;
import io.milvus.grpc.QueryRequest;
import io.milvus.grpc.QueryResults;
import io.milvus.grpc.ScalarField;
import io.milvus.grpc.SearchRequest;
import io.milvus.grpc.SearchResultData;
import io.milvus.grpc.StringArray;
import io.milvus.grpc.VectorField;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The rows of a collection as Milvus' messages: columns of ids, SHA-256s, data sets and vectors. */
final class Messages {
    static final String ID = "id";
    static final String SHA256 = "sha256";
    static final String DATA_SET = "data_set";
    static final String VECTOR = "vector";
    static final int MAX_TEXT_BYTES = 1024;

    private static final int SHA256_DIGITS = 64;

    private Messages() {}

    static CollectionSchema schema(String name, String description, int dimension) {
        return CollectionSchema.newBuilder()
                .setName(name)
                .setDescription(description)
                .addFields(text(ID, MAX_TEXT_BYTES).setIsPrimaryKey(true))
                .addFields(text(SHA256, SHA256_DIGITS))
                .addFields(text(DATA_SET, MAX_TEXT_BYTES))
                .addFields(FieldSchema.newBuilder()
                        .setName(VECTOR)
                        .setDataType(DataType.FloatVector)
                        .addTypeParams(pair("dim", Integer.toString(dimension))))
                .build();
    }

    private static FieldSchema.Builder text(String name, int bytes) {
        return FieldSchema.newBuilder()
                .setName(name)
                .setDataType(DataType.VarChar)
                .addTypeParams(pair("max_length", Integer.toString(bytes)));
    }

    static KeyValuePair pair(String key, String value) {
        return KeyValuePair.newBuilder().setKey(key).setValue(value).build();
    }

    /** Bytes that a row takes in a message, at most. */
    static long rowBytes(int dimension) {
        return 4L * dimension + MAX_TEXT_BYTES + SHA256_DIGITS + 64;
    }

    static InsertRequest insert(String collection, int dimension, List<ReferenceVector> rows) {
        FloatArray.Builder components = FloatArray.newBuilder();
        for (ReferenceVector row : rows) {
            for (float component : row.vector()) {
                components.addData(component);
            }
        }
        VectorField vectors = VectorField.newBuilder()
                .setDim(dimension)
                .setFloatVector(components)
                .build();
        return InsertRequest.newBuilder()
                .setCollectionName(collection)
                .setNumRows(rows.size())
                .addFieldsData(column(ID, rows, ReferenceVector::id))
                .addFieldsData(column(SHA256, rows, ReferenceVector::sha256))
                .addFieldsData(column(DATA_SET, rows, ReferenceVector::dataSet))
                .addFieldsData(FieldData.newBuilder()
                        .setFieldName(VECTOR)
                        .setType(DataType.FloatVector)
                        .setVectors(vectors))
                .build();
    }

    private static FieldData column(String name, List<ReferenceVector> rows, Function<ReferenceVector, String> value) {
        StringArray.Builder texts = StringArray.newBuilder();
        rows.forEach(row -> texts.addData(value.apply(row)));
        return FieldData.newBuilder()
                .setFieldName(name)
                .setType(DataType.VarChar)
                .setScalars(ScalarField.newBuilder().setStringData(texts))
                .build();
    }

    static DeleteRequest delete(String collection, Collection<String> ids) {
        return DeleteRequest.newBuilder()
                .setCollectionName(collection)
                .setExpr(isIn(ids))
                .build();
    }

    /** The ids of these that are in the collection. */
    static QueryRequest present(String collection, Collection<String> ids) {
        return query(collection, isIn(ids), ID);
    }

    static QueryRequest count(String collection) {
        return query(collection, "", "count(*)");
    }

    /** The rows with the smallest ids above this one, so many at most, by their ids. */
    static QueryRequest page(String collection, String after, int rows) {
        return query(collection, ID + " > " + literal(after), ID).toBuilder()
                .addOutputFields(SHA256)
                .addOutputFields(DATA_SET)
                .addOutputFields(VECTOR)
                .addQueryParams(pair("limit", Integer.toString(rows)))
                // Else a server with several segments may leave rows of some of them out.
                .addQueryParams(pair("reduce_stop_for_best", "true"))
                .build();
    }

    /** The rows of a page. */
    static List<ReferenceVector> rows(QueryResults page, int dimension) {
        List<FieldData> columns = page.getFieldsDataList();
        StringArray ids = column(columns, ID).getScalars().getStringData();
        StringArray sha256s = column(columns, SHA256).getScalars().getStringData();
        StringArray dataSets = column(columns, DATA_SET).getScalars().getStringData();
        FloatArray components = column(columns, VECTOR).getVectors().getFloatVector();
        List<ReferenceVector> rows = new ArrayList<>(ids.getDataCount());
        for (int row = 0; row < ids.getDataCount(); row++) {
            rows.add(new ReferenceVector(
                    ids.getData(row), sha256s.getData(row), dataSets.getData(row), vector(components, row, dimension)));
        }
        return rows;
    }

    private static QueryRequest query(String collection, String expression, String output) {
        return QueryRequest.newBuilder()
                .setCollectionName(collection)
                .setExpr(expression)
                .addOutputFields(output)
                .setConsistencyLevel(ConsistencyLevel.Strong)
                .build();
    }

    /**
     * @param after a server's time: the search sees everything written until then; 0: what is some seconds old
     * @param filter an expression; empty: all rows
     */
    static SearchRequest search(Described in, List<Query> queries, int limit, String filter, long after) {
        PlaceholderValue.Builder vectors =
                PlaceholderValue.newBuilder().setTag("$0").setType(PlaceholderType.FloatVector);
        for (Query query : queries) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * query.vector().length).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(query.vector());
            vectors.addValues(ByteString.copyFrom(bytes));
        }
        return SearchRequest.newBuilder()
                .setCollectionName(in.name())
                .setPlaceholderGroup(PlaceholderGroup.newBuilder()
                        .addPlaceholders(vectors)
                        .build()
                        .toByteString())
                .setNq(queries.size())
                .setDsl(filter)
                .setDslType(DslType.BoolExprV1)
                .addOutputFields(SHA256)
                .addOutputFields(VECTOR)
                .addSearchParams(pair("anns_field", VECTOR))
                .addSearchParams(pair("topk", Integer.toString(limit)))
                .addSearchParams(pair("metric_type", in.metric().name()))
                .addSearchParams(pair("params", in.index().searchJson(limit)))
                .addSearchParams(pair("round_decimal", "-1"))
                .setGuaranteeTimestamp(after)
                .setConsistencyLevel(after == 0 ? ConsistencyLevel.Bounded : ConsistencyLevel.Session)
                .build();
    }

    /** A row that a search found. */
    record Found(String id, String sha256, float[] vector) {}

    /** What each query found, in their order. */
    static List<List<Found>> found(SearchResultData data, int queries, int dimension) {
        List<List<Found>> answers = new ArrayList<>();
        int row = 0;
        for (int query = 0; query < queries; query++) {
            int rows = query < data.getTopksCount() ? (int) data.getTopks(query) : 0;
            List<Found> found = new ArrayList<>(rows);
            for (int i = 0; i < rows; i++, row++) {
                found.add(row(data, row, dimension));
            }
            answers.add(found);
        }
        return answers;
    }

    private static Found row(SearchResultData data, int row, int dimension) {
        FloatArray components =
                column(data.getFieldsDataList(), VECTOR).getVectors().getFloatVector();
        String sha256 = column(data.getFieldsDataList(), SHA256)
                .getScalars()
                .getStringData()
                .getData(row);
        return new Found(data.getIds().getStrId().getData(row), sha256, vector(components, row, dimension));
    }

    private static float[] vector(FloatArray components, int row, int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = components.getData(row * dimension + i);
        }
        return vector;
    }

    static FieldData column(List<FieldData> columns, String name) {
        return columns.stream()
                .filter(column -> column.getFieldName().equals(name))
                .findFirst()
                .orElseThrow(() -> new ReferenceStoreException(
                        Reason.FAILED,
                        "Milvus left the field " + name + " out of its answer: use a supported version."));
    }

    private static String isIn(Collection<String> ids) {
        return ids.stream().map(Messages::literal).collect(Collectors.joining(",", ID + " in [", "]"));
    }

    static String isOf(String dataSet) {
        return DATA_SET + " == " + literal(dataSet);
    }

    /** A text as a literal of Milvus' expressions. Whatever is not a plain letter, digit or mark becomes an escape. */
    static String literal(String text) {
        StringBuilder literal = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(point -> {
            boolean plain = point >= ' ' && point <= '~' && point != '"' && point != '\\' && point != '\'';
            if (plain) {
                literal.appendCodePoint(point);
            } else if (point <= 0xFFFF) {
                literal.append("\\u%04x".formatted(point));
            } else {
                literal.append("\\U%08x".formatted(point));
            }
        });
        return literal.append('"').toString();
    }
}
