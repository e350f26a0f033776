using System.IO.Compression;
using Streaming.Producer.Archive.Csv;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>Which format a file has, by its first bytes.</summary>
internal static class HistoryFile
{
    /// <summary>Magic, footer's length, magic.</summary>
    public const int MinParquetBytes = 12;

    private const int MagicBytes = 8;

    private static readonly string[] CsvNames = [".csv", ".tsv", ".csv.gz", ".tsv.gz"];

    /// <summary>Takes ownership of <paramref name="source"/>, also when it fails.</summary>
    /// <exception cref="ParquetException">The file is broken Parquet, or is named as Parquet and is none.</exception>
    /// <exception cref="CsvException">It is neither Parquet nor CSV.</exception>
    public static IHistoryFile Open(IByteSource source)
    {
        try
        {
            byte[] head = new byte[Math.Min(MagicBytes, source.Length)];
            source.Read(0, head);
            return IsParquet(head) || IsParquetName(source.Name) ? new ParquetHistory(ParquetFile.Open(source)) : OpenCsv(source, head);
        }
        catch (InvalidDataException problem)
        {
            source.Dispose();
            throw new CsvException(source.Name, problem.Message);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>A file of that name is taken from a folder without a look at its bytes.</summary>
    public static bool IsKnownName(string path) => IsParquetName(path) || CsvNames.Any(end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a file of any name is Parquet.</summary>
    public static bool IsParquet(IByteSource source)
    {
        Span<byte> head = stackalloc byte[MagicBytes];
        if (source.Length < MinParquetBytes) return false;
        source.Read(0, head);
        return IsParquet(head);
    }

    private static bool IsParquet(ReadOnlySpan<byte> head) => head.StartsWith("PAR1"u8);

    // Kinds of files that people have beside Parquet and CSV, with the first bytes that tell them.
    private static string? FormatOf(ReadOnlySpan<byte> head) => head switch
    {
        [(byte)'P', (byte)'K', 3, 4, ..] => "a zip archive: unpack it first",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "compressed with zstd: unpack it first",
        [(byte)'B', (byte)'Z', (byte)'h', _, 0x31, 0x41, 0x59, ..] => "compressed with bzip2: unpack it first",
        [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', ..] => "compressed with xz: unpack it first",
        [(byte)'A', (byte)'R', (byte)'R', (byte)'O', (byte)'W', (byte)'1', ..] => "an Arrow (Feather) file",
        [(byte)'O', (byte)'R', (byte)'C', < (byte)' ', ..] => "an ORC file",
        [(byte)'O', (byte)'b', (byte)'j', 1, ..] => "an Avro file",
        [(byte)'S', (byte)'Q', (byte)'L', (byte)'i', (byte)'t', (byte)'e', ..] => "an SQLite database",
        [0x89, (byte)'H', (byte)'D', (byte)'F', ..] => "an HDF5 file",
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "an old Excel workbook: save it as CSV",
        [(byte)'{' or (byte)'[', ..] => "JSON",
        _ => null,
    };

    private static bool IsParquetName(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    private static CsvFile OpenCsv(IByteSource source, ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PARE"u8)) throw new InvalidDataException("it is Parquet with an encrypted footer, which is not read.");
        if (FormatOf(head) is { } format) throw new InvalidDataException($"it is {format}. Only Parquet and CSV are read.");
        bool isGzip = head is [0x1F, 0x8B, ..];
        if (isGzip && IsParquet(Unpacked(source)))
            throw new InvalidDataException("it is Parquet that was compressed with gzip as a whole; unpack it first (gunzip).");
        return new CsvFile(source, isGzip);
    }

    private static byte[] Unpacked(IByteSource source)
    {
        using var unpacking = new GZipStream(new ByteSourceStream(source, 0), CompressionMode.Decompress);
        byte[] head = new byte[MagicBytes];
        return head[..unpacking.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }
}
