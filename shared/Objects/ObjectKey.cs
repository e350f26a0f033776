using System.Text;

namespace Streaming.Shared.Objects;

/// <summary>
/// Which keys a folder can hold: relative paths of plain names. Whatever passes here stays inside the folder it is appended to, and
/// no two keys that pass are one file (on a file system that tells letters' case apart).
/// </summary>
internal static class ObjectKey
{
    // The limit of a name in common file systems.
    private const int MaxSegmentBytes = 255;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The key is not a slash-separated path of plain names.</exception>
    public static void Check(string key)
    {
        foreach (string segment in key.Split('/'))
        {
            if (Problem(segment) is { } problem) throw new ArgumentException($"'{key}' cannot be an object's key: {problem}.", nameof(key));
        }
    }

    /// <summary>True if a file or folder of that name can be part of a key.</summary>
    public static bool IsSegment(string name) => Problem(name) is null;

    private static string? Problem(string segment)
    {
        if (segment.Length == 0) return "a part between slashes is empty";
        if (segment[0] == '.') return "a part begins with a dot";
        if (segment.Contains('\\', StringComparison.Ordinal)) return "it has a backslash";
        if (segment.Any(c => c is < ' ' or '\u007F')) return "it has a control character";
        try
        {
            return Strict.GetByteCount(segment) > MaxSegmentBytes ? $"a part has over {MaxSegmentBytes} bytes" : null;
        }
        catch (EncoderFallbackException)
        {
            return "it is not valid Unicode";
        }
    }
}
