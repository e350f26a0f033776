using Streaming.Producer.Archive.Csv;
using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <summary>Which exceptions mean that one file cannot be read, so that the others go on.</summary>
internal static class ReadFaults
{
    public static bool IsFileFault(Exception e)
        => e is ParquetException or CsvException or InvalidDataException or IOException or UnauthorizedAccessException;

    /// <summary>What is wrong, without the file's name, which stands beside it.</summary>
    public static string Reason(Exception e) => e switch
    {
        ParquetException parquet => parquet.Problem,
        CsvException csv => csv.Problem,
        _ => e.Message,
    };
}
