namespace Streaming.Shared.Aws;

/// <summary>One answer's bytes, in an array that is used again. Grows to the largest answer that the service may give, and not further.</summary>
public sealed class ResponseBuffer
{
    /// <summary>GetRecords gives up to 10 MB of data: base64 makes 13.4 MB of it, keys and names of 10,000 records a few more.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    private byte[] _bytes = new byte[16 * 1024];
    private int _length;

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, _length);

    internal void Fill(ReadOnlySpan<byte> content)
    {
        if (content.Length > _bytes.Length) Reserve(content.Length);
        content.CopyTo(_bytes);
        _length = content.Length;
    }

    internal async ValueTask FillAsync(HttpContent content, CancellationToken cancellation)
    {
        _length = 0;
        if (content.Headers.ContentLength is { } length) Reserve(length);
        await using Stream body = await content.ReadAsStreamAsync(cancellation);
        while (true)
        {
            if (_length == _bytes.Length) Reserve(_length * 2L);
            int read = await body.ReadAsync(_bytes.AsMemory(_length), cancellation);
            if (read == 0) return;
            _length += read;
        }
    }

    // One byte more than the content, so that its end is seen without growing.
    private void Reserve(long size)
    {
        if (size > MaxBytes) throw new AwsException(AwsReaction.Stop, "AnswerTooLarge", $"An answer of AWS is larger than {MaxBytes} bytes.");
        if (size >= _bytes.Length) Array.Resize(ref _bytes, (int)Math.Min(MaxBytes + 1, size + 1));
    }
}
