using System.Diagnostics;
using Streaming.Shared.Parquet;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Parquet;

/// <summary>
/// Damaged files, thousands of them from a seed: each reads or is refused with a <see cref="ParquetException"/>, in bounded time and
/// memory. Any other exception fails the test with the case that caused it.
/// </summary>
public sealed class FuzzTests
{
    private const int CasesPerFile = 400;

    /// <summary>Nothing in a file of some kilobytes justifies more than this in all, whatever it claims.</summary>
    private const long MaxAllocatedBytes = 200L << 20;

    /// <summary>A caller that wants no more rows than this stops; a file may rightly say "a billion nulls" in ten bytes.</summary>
    private const int MaxRows = 200_000;

    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(5);

    [Fact]
    public void DamagedMadeFile_ReadsOrIsRefused() => Damage("made", MadeFile());

    [Theory]
    [InlineData("decimal_prices")]
    [InlineData("parquet_v2_lz4raw")]
    [InlineData("small_row_groups_brotli")]
    [InlineData("ts_int64_epoch_ms_uncompressed")]
    [InlineData("ts_micros_utcfalse_zstd")]
    [InlineData("ts_nanos_gzip")]
    public void DamagedRealFile_ReadsOrIsRefused(string variant)
    {
        Assert.SkipWhen(TestPaths.MarketData is null, TestPaths.NoMarketData);
        Damage(variant, File.ReadAllBytes(Path.Combine(TestPaths.MarketData!, "intraday", "variants", variant + ".parquet")));
    }

    private static void Damage(string name, byte[] file)
    {
        ReadAll(file);
        for (int seed = 0; seed < CasesPerFile; seed++)
        {
            byte[] damaged = Damaged(file, new Random(seed));
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            try
            {
                ReadAll(damaged);
            }
            catch (ParquetException)
            {
                // Refused, as it may be.
            }
            catch (Exception other)
            {
                Assert.Fail($"{name}, seed {seed}: {other}");
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(allocated < MaxAllocatedBytes, $"{name}, seed {seed}: {allocated} bytes allocated");
            Assert.True(Stopwatch.GetElapsedTime(started) < MaxTime, $"{name}, seed {seed}: took {Stopwatch.GetElapsedTime(started)}");
        }
    }

    private static byte[] Damaged(byte[] file, Random random)
    {
        byte[] damaged = [.. file];
        switch (random.Next(6))
        {
            case 0:
                return damaged[..random.Next(damaged.Length)];
            case 1:
                int cut = random.Next(damaged.Length);
                return [.. damaged[..cut], .. damaged[Math.Min(damaged.Length, cut + random.Next(1, 9))..]];
            case 2:
                // Numbers as large as a varint can say them.
                int at = Somewhere(damaged, random);
                damaged.AsSpan(at, Math.Min(random.Next(1, 6), damaged.Length - at)).Fill(0xFF);
                return damaged;
            default:
                for (int flips = random.Next(1, 6); flips > 0; flips--) damaged[Somewhere(damaged, random)] ^= (byte)(1 << random.Next(8));
                return damaged;
        }
    }

    /// <summary>Half of the hits go to the footer, where the structure is.</summary>
    private static int Somewhere(byte[] file, Random random)
        => random.Next(2) == 0 ? random.Next(file.Length) : file.Length - 1 - random.Next(Math.Min(file.Length, 1500));

    private static void ReadAll(byte[] bytes)
    {
        using ParquetFile file = TestFile.Open(bytes);
        ColumnVector vector = new(1000);
        foreach (ParquetColumn column in file.Columns)
        {
            for (int group = 0; group < file.RowGroups.Count; group++)
            {
                file.RowGroups[group].TryGetRange(column, out _, out _);
                if (column.IsNested) continue;
                ColumnReader reader = file.OpenColumn(group, column);
                for (int rows = 0, read = -1; rows < MaxRows && read != 0; rows += read) read = reader.Read(vector, 1000);
            }
        }
    }

    /// <summary>Every encoding in one file, mostly uncompressed and without checksums, so that damage reaches the decoders.</summary>
    private static byte[] MadeFile()
    {
        const int Rows = 300;
        long[] numbers = [.. Enumerable.Range(0, Rows).Select(i => (long)i * i * 7919)];
        byte[][] longs = [.. numbers.Select(BitConverter.GetBytes)];
        byte[][] texts = [.. numbers.Select(number => System.Text.Encoding.UTF8.GetBytes($"ticker-{number}"))];
        int[] present = [.. Enumerable.Range(0, Rows).Select(i => i % 50 < 20 ? i & 1 : 1)];
        byte[] levels = TestEncode.Hybrid(present, 1);
        long[] some = [.. numbers.Where((_, i) => present[i] == 1)];
        int nulls = Rows - some.Length;

        byte[] Bare(PageEncoding encoding, byte[] body)
            => TestFile.CompressedPage(Rows, encoding, body, body.Length);

        TestColumn[] columns =
        [
            new("plain", PhysicalType.Int64, Bare(PageEncoding.Plain, TestEncode.Plain(longs, PhysicalType.Int64))),
            new("delta", PhysicalType.Int64, Bare(PageEncoding.DeltaBinaryPacked, TestEncode.Delta(numbers))),
            new("split", PhysicalType.Double, Bare(PageEncoding.ByteStreamSplit, TestEncode.Split(longs, 8))),
            new("text", PhysicalType.ByteArray, Bare(PageEncoding.Plain, TestEncode.Plain(texts, PhysicalType.ByteArray))),
            new("lengths", PhysicalType.ByteArray, Bare(PageEncoding.DeltaLengthByteArray, TestEncode.DeltaLengths(texts))),
            new("prefixes", PhysicalType.ByteArray, Bare(PageEncoding.DeltaByteArray, TestEncode.DeltaByteArrays(texts))),
            new("flags", PhysicalType.Boolean, Bare(PageEncoding.Rle, TestEncode.Prefixed(TestEncode.Hybrid(present, 1)))),
            new("days", PhysicalType.Int96, Bare(PageEncoding.Plain, new byte[Rows * 12])),
            new(
                "dictionary",
                PhysicalType.ByteArray,
                TestFile.DictionaryPage(30, TestEncode.Plain(texts[..30], PhysicalType.ByteArray)),
                Bare(PageEncoding.RleDictionary, [5, .. TestEncode.Hybrid([.. Enumerable.Range(0, Rows).Select(i => i % 30)], 5)])),
            new TestColumn("optional", PhysicalType.Int64, Bare(PageEncoding.DeltaBinaryPacked, [.. TestEncode.Prefixed(levels), .. TestEncode.Delta(some)])) with { IsOptional = true },
            new TestColumn("v2", PhysicalType.Int64, TestFile.PageV2(Rows, nulls, PageEncoding.DeltaBinaryPacked, levels, TestEncode.Delta(some))) with { IsOptional = true },
            new TestColumn("snappy", PhysicalType.Int64, TestFile.CompressedPage(Rows, PageEncoding.Plain, Snappier.Snappy.CompressToArray(TestEncode.Plain(longs, PhysicalType.Int64)), Rows * 8)) with { Codec = 1 },
        ];
        return TestFile.Build(Rows, columns);
    }
}
