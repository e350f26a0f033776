using System.Runtime.ExceptionServices;

namespace Streaming.Shared.Parquet;

/// <summary>
/// The one place where what goes wrong below becomes an exception of ours: what the byte source threw comes out as it was, and what the library
/// says, in names of C++ types, becomes one of a few sentences. Which version says what, the tests of hostile files show.
/// </summary>
internal static class LibraryFaults
{
    private static readonly (string Part, string Problem)[] Kinds =
    [
        ("CRC checksum", "a page's bytes do not agree with its checksum"),
        ("Corrupt", "a page does not decompress to the size that it claims"),
        ("ecompress", "a page does not decompress to the size that it claims"),
        ("schema", "its schema is cut off or broken"),
        ("can only annotate", "its schema annotates a column with what its type cannot be"),
        ("FIXED_LEN_BYTE_ARRAY length", "its schema has a column of texts of a fixed length without a length"),
        ("dictionary", "a page refers to an entry that its dictionary does not have"),
        ("Dictionary", "a page refers to an entry that its dictionary does not have"),
        ("bit_width", "a page claims a width of bits that the format does not have"),
        ("number of bytes", "a page's definition levels are broken"),
        ("levels", "a page's definition levels are broken"),
        ("encoding", "a page has an encoding that does not serve for the column's type"),
        ("Encoding", "a page has an encoding that does not serve for the column's type"),
        ("only supports", "a page has an encoding that does not serve for the column's type"),
        ("elta", "a page of delta encoding is broken"),
        ("DELTA", "a page of delta encoding is broken"),
        ("miniblock", "a page of delta encoding is broken"),
        ("ByteStreamSplit", "a page of byte stream split encoding is broken"),
        ("BYTE_ARRAY value", "a page has a text of a length that cannot be"),
        ("ncrypt", "it is encrypted, which this reader does not support"),
        ("thrift", "its thrift is cut off or broken"),
        ("Thrift", "its thrift is cut off or broken"),
        ("nd of stream", "a page ends too early, or refers to an entry that its dictionary does not have"),
        ("nd of file", "a page ends too early"),
        ("EOF", "a page ends too early"),
    ];

    /// <summary>Runs what calls the library.</summary>
    /// <param name="part">What is read, for the message; null for the file.</param>
    /// <exception cref="ParquetException">The file is broken.</exception>
    public static T Guard<T>(string file, string? part, Func<T> read)
    {
        SourceStream.Failure = null;
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is InvalidDataException or EndOfStreamException)
        {
            throw Broken(file, part, problem.Message, problem);
        }
        catch (Exception problem) when (problem is ParquetSharp.ParquetException or IOException or OverflowException or ArgumentException)
        {
            // The library passes on the text of what the source threw.
            if (SourceStream.Failure is { } failure) ExceptionDispatchInfo.Throw(failure);
            if (problem is not ParquetSharp.ParquetException && problem.Source != typeof(ParquetSharp.ParquetFileReader).Assembly.GetName().Name) throw;
            throw Broken(file, part, ProblemOf(problem.Message), problem);
        }
    }

    private static ParquetException Broken(string file, string? part, string problem, Exception cause)
        => new(file, part is null ? problem : $"{part}: {problem}", cause);

    private static string ProblemOf(string message)
        => Array.Find(Kinds, kind => message.Contains(kind.Part, StringComparison.Ordinal)).Problem ?? "it is broken";
}
