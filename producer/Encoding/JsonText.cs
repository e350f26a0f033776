using System.Buffers;

namespace Streaming.Producer.Encoding;

/// <summary>UTF-8 text as a JSON string: only what JSON forbids is escaped, all else stands as it is.</summary>
internal static class JsonText
{
    public static byte[] Quote(ReadOnlySpan<byte> utf8)
    {
        var json = new ArrayBufferWriter<byte>(utf8.Length + 2);
        json.Write("\""u8);
        foreach (byte value in utf8)
        {
            if (value is (byte)'"' or (byte)'\\') json.Write([(byte)'\\', value]);
            else if (value < 0x20) json.Write(System.Text.Encoding.ASCII.GetBytes($"\\u{(int)value:x4}"));
            else json.Write([value]);
        }

        json.Write("\""u8);
        return json.WrittenSpan.ToArray();
    }
}
