using System.Buffers.Binary;
using Streaming.Shared.Parquet;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>Seeded random columns in every encoding that serves their type, in both kinds of pages, with and without nulls.</summary>
public sealed class EncodingTests
{
    private const int Width = 5;

    public static TheoryData<PhysicalType, string> Cases()
    {
        TheoryData<PhysicalType, string> cases = [];
        foreach (PhysicalType type in Enum.GetValues<PhysicalType>())
        {
            cases.Add(type, nameof(PageEncoding.Plain));
            if (type != PhysicalType.Boolean) cases.Add(type, nameof(PageEncoding.RleDictionary));
            if (type is PhysicalType.Int32 or PhysicalType.Int64) cases.Add(type, nameof(PageEncoding.DeltaBinaryPacked));
            if (type == PhysicalType.ByteArray) cases.Add(type, nameof(PageEncoding.DeltaLengthByteArray));
            if (type is PhysicalType.ByteArray or PhysicalType.FixedLengthByteArray) cases.Add(type, nameof(PageEncoding.DeltaByteArray));
            if (type == PhysicalType.Boolean) cases.Add(type, nameof(PageEncoding.Rle));
            else if (type is not PhysicalType.ByteArray and not PhysicalType.Int96) cases.Add(type, nameof(PageEncoding.ByteStreamSplit));
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void RandomColumn_ReadsAsWritten(PhysicalType type, string encodingName)
    {
        PageEncoding encoding = Enum.Parse<PageEncoding>(encodingName);
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            bool isOptional = random.Next(3) > 0, isV2 = random.Next(2) == 0;
            int rows = random.Next(1, seed % 10 == 0 ? 5000 : 400);
            byte[]?[] values = new byte[rows][];
            for (int i = 0; i < rows; i++)
            {
                // Stretches of equal values and of nulls, so that runs come up beside packed groups.
                if (i > 0 && random.Next(3) > 0) values[i] = values[i - 1];
                else if (!isOptional || random.Next(4) > 0) values[i] = Draw(random, type);
            }

            List<byte[]> pages = [];
            byte[][] dictionary = [.. values.OfType<byte[]>().DistinctBy(Convert.ToHexString)];
            if (encoding == PageEncoding.RleDictionary) pages.Add(TestFile.DictionaryPage(dictionary.Length, TestEncode.Plain(dictionary, type)));
            for (int first = 0; first < rows;)
            {
                int count = random.Next(1, rows - first + 1);
                pages.Add(Page(values[first..(first + count)], type, encoding, dictionary, isOptional, isV2));
                first += count;
            }

            TestColumn column = new("x", type, [.. pages])
            {
                IsOptional = isOptional,
                TypeLength = type == PhysicalType.FixedLengthByteArray ? Width : 0,
            };
            using ParquetFile file = TestFile.Open(TestFile.Build(rows, column));
            Assert.Equal(values.Select(value => value is null ? null : Show(value, type)), ReadAll(file, random.Next(1, 1000)));
        }
    }

    private static byte[] Page(byte[]?[] rows, PhysicalType type, PageEncoding encoding, byte[][] dictionary, bool isOptional, bool isV2)
    {
        byte[][] values = [.. rows.OfType<byte[]>()];
        byte[] body = encoding switch
        {
            PageEncoding.Plain when type == PhysicalType.Boolean => TestEncode.Pack([.. values.Select(value => (long)value[0])], 1),
            PageEncoding.Plain => TestEncode.Plain(values, type),
            PageEncoding.RleDictionary => Indices(values, dictionary),
            PageEncoding.DeltaBinaryPacked => TestEncode.Delta([.. values.Select(value => Number(value, type))], isInt32: type == PhysicalType.Int32),
            PageEncoding.DeltaLengthByteArray => TestEncode.DeltaLengths(values),
            PageEncoding.DeltaByteArray => TestEncode.DeltaByteArrays(values),
            PageEncoding.Rle => TestEncode.Prefixed(TestEncode.Hybrid([.. values.Select(value => (int)value[0])], 1)),
            _ => TestEncode.Split(values, values.Length == 0 ? 1 : values[0].Length),
        };
        byte[] levels = isOptional ? TestEncode.Hybrid([.. rows.Select(row => row is null ? 0 : 1)], 1) : [];
        if (isV2) return TestFile.PageV2(rows.Length, rows.Length - values.Length, encoding, levels, body);
        return TestFile.PageV1(rows.Length, encoding, [.. isOptional ? TestEncode.Prefixed(levels) : [], .. body]);
    }

    private static byte[] Indices(byte[][] values, byte[][] dictionary)
    {
        Dictionary<string, int> places = dictionary.Select(Convert.ToHexString).Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        int width = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)Math.Max(0, dictionary.Length - 1));
        return [(byte)width, .. TestEncode.Hybrid([.. values.Select(value => places[Convert.ToHexString(value)])], width)];
    }

    private static byte[] Draw(Random random, PhysicalType type)
    {
        if (type == PhysicalType.Boolean) return [(byte)random.Next(2)];
        byte[] bytes = new byte[type switch
        {
            PhysicalType.Int32 or PhysicalType.Float => 4,
            PhysicalType.Int96 => 12,
            PhysicalType.FixedLengthByteArray => Width,
            PhysicalType.ByteArray => random.Next(8),
            _ => 8,
        }];
        random.NextBytes(bytes);
        int magnitude = random.Next(bytes.Length + 1);
        if (type != PhysicalType.ByteArray) bytes.AsSpan(magnitude).Clear();
        if (type == PhysicalType.Int96) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 2_440_588 + random.Next(-1000, 30_000));
        if (type is PhysicalType.Int32 or PhysicalType.Int64 && random.Next(8) == 0) bytes.AsSpan().Fill(0xFF);
        return bytes;
    }

    private static long Number(byte[] value, PhysicalType type)
        => type == PhysicalType.Int32 ? BinaryPrimitives.ReadInt32LittleEndian(value) : BinaryPrimitives.ReadInt64LittleEndian(value);

    private static string Show(byte[] value, PhysicalType type) => type switch
    {
        PhysicalType.Boolean => value[0].ToString(),
        PhysicalType.Int32 or PhysicalType.Int64 => Number(value, type).ToString(),
        PhysicalType.Int96 => Micros(value).ToString(),
        PhysicalType.Float => BitConverter.DoubleToInt64Bits(BinaryPrimitives.ReadSingleLittleEndian(value)).ToString(),
        PhysicalType.Double => BinaryPrimitives.ReadInt64LittleEndian(value).ToString(),
        _ => Convert.ToHexString(value),
    };

    private static Int128 Micros(byte[] value)
    {
        Int128 nanos = ((Int128)(BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(8)) - 2_440_588) * 86_400_000_000_000)
            + BinaryPrimitives.ReadInt64LittleEndian(value);
        (Int128 micros, Int128 rest) = Int128.DivRem(nanos, 1000);
        return rest < 0 ? micros - 1 : micros;
    }

    private static List<string?> ReadAll(ParquetFile file, int batch)
    {
        List<string?> read = [];
        ColumnReader reader = file.OpenColumn(0, file.Columns[0]);
        ColumnVector vector = new(batch);
        while (reader.Read(vector, batch) > 0)
        {
            for (int i = 0; i < vector.Count; i++)
            {
                read.Add(vector.IsNull[i] ? null : file.Columns[0].Type switch
                {
                    PhysicalType.Float or PhysicalType.Double => BitConverter.DoubleToInt64Bits(vector.Doubles[i]).ToString(),
                    PhysicalType.ByteArray or PhysicalType.FixedLengthByteArray => Convert.ToHexString(vector.Bytes(i)),
                    _ => vector.Longs[i].ToString(),
                });
            }
        }

        return read;
    }
}
