using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>The body of a put, out of its chunks, and what is wrong with it: its checksums are verified.</summary>
/// <param name="Problem">Null if every checksum that came with it holds.</param>
internal sealed record S3Body(byte[] Content, string? Problem)
{
    public static S3Body None { get; } = new([], null);

    public static async Task<S3Body> ReadAsync(HttpRequest request)
    {
        var sent = new MemoryStream();
        await request.Body.CopyToAsync(sent, request.HttpContext.RequestAborted);
        var checksums = request.Headers.Where(header => header.Key.StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        string hash = request.Headers["x-amz-content-sha256"].ToString();
        byte[] content = sent.ToArray();
        if (hash.StartsWith("STREAMING-", StringComparison.Ordinal))
        {
            content = Unchunk(content, checksums);
            if ($"{content.Length}" != request.Headers["x-amz-decoded-content-length"]) return new S3Body(content, "x-amz-decoded-content-length does not match");
        }
        else if (hash.Length == 64 && hash != Convert.ToHexStringLower(SHA256.HashData(content)))
        {
            return new S3Body(content, "x-amz-content-sha256 does not match");
        }

        string? wrong = checksums.Where(checksum => !Holds(checksum.Key, checksum.Value, content)).Select(checksum => checksum.Key).FirstOrDefault();
        return new S3Body(content, wrong is null ? null : $"{wrong} does not match");
    }

    private static bool Holds(string name, string value, byte[] content) => name.ToUpperInvariant() switch
    {
        "X-AMZ-CHECKSUM-CRC32" => value == FakeObject.Checksum(content),
        "X-AMZ-CHECKSUM-SHA256" => value == Convert.ToBase64String(SHA256.HashData(content)),
        _ => throw new NotSupportedException($"The fake cannot verify {name}."),
    };

    // aws-chunked: length in hex; an extension; CRLF; that many bytes; CRLF; ... a chunk of length 0, then trailers line by line.
    private static byte[] Unchunk(ReadOnlySpan<byte> sent, Dictionary<string, string> trailers)
    {
        var content = new MemoryStream();
        while (true)
        {
            ReadOnlySpan<byte> head = Line(ref sent);
            if (!Utf8Parser.TryParse(head, out int length, out _, 'x')) throw new InvalidDataException($"No chunk begins with '{Encoding.UTF8.GetString(head)}'.");
            if (length == 0) break;
            content.Write(sent[..length]);
            sent = sent[(length + 2)..];
        }

        while (!sent.IsEmpty)
        {
            string[] trailer = Encoding.UTF8.GetString(Line(ref sent)).Split(':', 2);
            if (trailer.Length == 2 && trailer[0].StartsWith("x-amz-checksum-", StringComparison.OrdinalIgnoreCase)) trailers[trailer[0]] = trailer[1];
        }

        return content.ToArray();
    }

    private static ReadOnlySpan<byte> Line(ref ReadOnlySpan<byte> sent)
    {
        int end = sent.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> line = end < 0 ? sent : sent[..end];
        sent = end < 0 ? default : sent[(end + 2)..];
        return line;
    }
}
