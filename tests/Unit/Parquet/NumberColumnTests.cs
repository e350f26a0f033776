using System.Runtime.InteropServices;
using Streaming.Shared.Parquet;
using Streaming.Shared.Parquet.Writing;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>Columns of eight-byte numbers: what their dictionary and their compression make of values must give the same bits back.</summary>
public sealed class NumberColumnTests
{
    private const int Seeds = 400;

    [Fact]
    public void RandomColumn_ReadsBackBitForBit()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            int rows = random.Next(4) switch { 0 => random.Next(1, 40), 1 => random.Next(40, 600), 2 => 390, _ => random.Next(600, 20_000) };
            long[] values = Values(random, rows);
            bool isDouble = random.Next(2) == 0;
            bool[]? isNull = random.Next(3) > 0 ? null : [.. values.Select(_ => random.Next(5) == 0)];
            Assert.Equal(Expected(values, isNull), Read(Write(values, isNull, isDouble), isDouble, random.Next(1, 700)));
        }
    }

    // Around the fewest values that take a dictionary, half of the values distinct, and where an index takes one bit more.
    [Theory]
    [InlineData(31, 1, false)]
    [InlineData(32, 1, true)]
    [InlineData(64, 2, true)]
    [InlineData(64, 3, true)]
    [InlineData(64, 32, true)]
    [InlineData(65, 33, false)]
    [InlineData(1000, 255, true)]
    [InlineData(1000, 256, true)]
    [InlineData(1000, 257, true)]
    [InlineData(300_000, 131_072, true)]
    [InlineData(300_000, 131_073, false)]
    public void Dictionary_IsTakenWhereItPays(int rows, int distinct, bool isTaken)
    {
        // Each value twice and more from the first on, so that it never looks like a column without repeats.
        long[] values = [.. Enumerable.Range(0, rows).Select(row => (long)(row / 2 % distinct) << 40)];
        for (int i = 0; i < 2; i++)
        {
            bool isDouble = i == 0;
            byte[] file = Write(values, isNull: null, isDouble);
            using ParquetFile read = ParquetFile.Open(new MemoryByteSource("x", file));
            Assert.Equal(isTaken, new PageReader(new MemoryByteSource("x", file), read.RowGroups[0].Chunk(read.Columns[0])).NextHeader().Type == PageType.Dictionary);
            Assert.Equal(values, Read(file, isDouble, 1000).Select(value => value!.Value));
        }
    }

    [Fact]
    public void Dictionary_KeepsApartWhatIsEqualButNotTheSame()
    {
        long[] bits =
        [
            BitConverter.DoubleToInt64Bits(0.0), BitConverter.DoubleToInt64Bits(-0.0), BitConverter.DoubleToInt64Bits(double.NaN),
            0x7FF8_0000_0000_0001, unchecked((long)0xFFF0_0000_0000_0001), BitConverter.DoubleToInt64Bits(double.PositiveInfinity),
            BitConverter.DoubleToInt64Bits(double.NegativeInfinity), BitConverter.DoubleToInt64Bits(double.Epsilon),
        ];
        long[] values = [.. Enumerable.Range(0, 100).Select(row => bits[row % bits.Length])];
        using var dictionary = new NumberDictionary();
        Assert.True(dictionary.TryBuild(values));
        Assert.Equal(bits, dictionary.Distinct.ToArray());
        Assert.Equal(values, Read(Write(values, isNull: null, isDouble: true), isDouble: true, 64).Select(value => value!.Value));
    }

    [Fact]
    public void Dictionary_IsThatOfItsSimpleTwin()
    {
        using var dictionary = new NumberDictionary();
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            long[] values = Values(random, random.Next(32, 3000));
            long[] distinct = [.. values.Distinct()];
            bool isBuilt = dictionary.TryBuild(values);
            if (!isBuilt) Assert.True(distinct.Length > Math.Min(40, values.Length / 2), $"seed {seed}: {distinct.Length} distinct of {values.Length} are no dictionary");
            if (distinct.Length * 2 > values.Length) Assert.False(isBuilt, $"seed {seed}");
            if (!isBuilt) continue;
            Assert.Equal(distinct, dictionary.Distinct.ToArray());
            Assert.Equal(values.Select(value => Array.IndexOf(distinct, value)), dictionary.Indices.ToArray());
        }
    }

    [Fact]
    public void Compression_ReadsBackTheSame()
    {
        using var compressed = new PooledBuffer();
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            // More than a block of 64 KiB now and then, and what stands before the numbers.
            long[] values = Values(random, seed % 10 == 0 ? random.Next(8000, 30_000) : random.Next(0, 500));
            byte[] page = [.. Enumerable.Range(0, random.Next(0, 20)).Select(i => (byte)i), .. MemoryMarshal.AsBytes<long>(values)];
            foreach (PageContent content in Enum.GetValues<PageContent>())
            {
                compressed.Truncate(0);
                PageWriter.Compress(compressed, page, content);
                Assert.True(page.AsSpan().SequenceEqual(IronSnappy.Snappy.Decode(compressed.Written)), $"seed {seed}, {content}");
            }
        }
    }

    /// <summary>What bars have must take less, and about what a search at every byte would find.</summary>
    [Theory]
    [InlineData(0, 0.80)]
    [InlineData(1, 0.65)]
    [InlineData(2, 0.62)]
    public void Compression_FindsWhatBarsRepeat(int kind, double most)
    {
        Random random = new(7);
        long[] values = [.. Enumerable.Range(0, 390).Select(row => kind switch
        {
            0 => 1_704_205_800_000_000 + (row * 60_000_000L),
            1 => BitConverter.DoubleToInt64Bits((10_000 + random.Next(-500, 500)) / 100.0),
            _ => 100L * random.Next(10, 1000),
        })];
        using var compressed = new PooledBuffer();
        PageWriter.Compress(compressed, MemoryMarshal.AsBytes<long>(values), kind == 1 ? PageContent.Doubles : PageContent.Longs);
        Assert.InRange(compressed.Length, 1, (int)(most * values.Length * sizeof(long)));
    }

    private static long[] Values(Random random, int count)
    {
        int kind = random.Next(9);
        long start = random.NextInt64();
        int alphabet = random.Next(1, (2 * count) + 2);
        long step = random.NextInt64(1L << random.Next(1, 40));
        long[] values = new long[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = kind switch
            {
                0 => start,
                1 => unchecked(start + (i * step)),
                2 => BitConverter.DoubleToInt64Bits(random.Next(1 + alphabet) / 100.0),
                3 => random.Next(1 + alphabet),
                4 => random.NextInt64(),
                5 => BitConverter.DoubleToInt64Bits(new[] { double.NaN, -0.0, 0.0, double.PositiveInfinity, double.NegativeInfinity, 1.5 }[random.Next(6)]),
                6 => i > 0 && random.Next(3) > 0 ? values[random.Next(i)] : random.NextInt64() >> random.Next(64),
                7 => (long)random.Next(1 + alphabet) << random.Next(60),
                _ => i > 0 && random.Next(20) > 0 ? values[i - 1] : random.NextInt64(),
            };
        }

        return values;
    }

    private static byte[] Write(long[] values, bool[]? isNull, bool isDouble)
    {
        var output = new MemoryStream();
        using var writer = new ParquetWriter(output, [new("x", isDouble ? PhysicalType.Double : PhysicalType.Int64, LogicalKind.None, isNull is not null)]);
        writer.BeginRowGroup(values.Length);
        if (isDouble) writer.Write(MemoryMarshal.Cast<long, double>(values), isNull);
        else writer.Write(values, isNull);
        writer.Finish();
        return output.ToArray();
    }

    private static IEnumerable<long?> Expected(long[] values, bool[]? isNull) => values.Select((value, row) => isNull?[row] == true ? (long?)null : value);

    private static List<long?> Read(byte[] file, bool isDouble, int batch)
    {
        using ParquetFile parquet = ParquetFile.Open(new MemoryByteSource("x", file));
        ColumnReader reader = parquet.OpenColumn(0, parquet.Columns[0]);
        ColumnVector vector = new(batch);
        List<long?> read = [];
        while (reader.Read(vector, batch) > 0)
        {
            for (int i = 0; i < vector.Count; i++)
                read.Add(vector.IsNull[i] ? null : isDouble ? BitConverter.DoubleToInt64Bits(vector.Doubles[i]) : vector.Longs[i]);
        }

        return read;
    }
}
