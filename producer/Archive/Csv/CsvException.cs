using Streaming.Shared;

namespace Streaming.Producer.Archive.Csv;

/// <summary>A file that cannot be read as CSV. The message names the file.</summary>
internal sealed class CsvException(string file, string problem) : ActionableException($"{file}: {problem}")
{
    public string Problem { get; } = problem;
}
