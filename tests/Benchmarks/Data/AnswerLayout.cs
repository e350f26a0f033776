namespace Streaming.Tests.Benchmarks.Data;

/// <summary>How an answer to GetRecords is laid out; all say the same.</summary>
public enum AnswerLayout
{
    /// <summary>Compact, sequence number first, seconds with milliseconds.</summary>
    Milliseconds,

    /// <summary>Compact, members by alphabet, seconds as Java writes a double: as in AWS' documents.</summary>
    Exponent,

    /// <summary>With line breaks and blanks, as no service writes it.</summary>
    Indented,
}
