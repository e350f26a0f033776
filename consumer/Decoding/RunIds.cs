using System.Text;

namespace Streaming.Consumer.Decoding;

/// <summary>Ids of producer runs as texts, each made once as long as not very many come in turns; nothing but garbage depends on that.</summary>
internal sealed class RunIds
{
    private const int Slots = 256;

    private readonly string[] _known = [.. Enumerable.Repeat("", Slots)];
    private string _last = "";

    /// <summary>The text; null if it is not ASCII.</summary>
    public string? Find(ReadOnlySpan<byte> id)
    {
        if (Ascii.Equals(id, _last)) return _last;
        if (!Ascii.IsValid(id)) return null;
        uint hash = 0;
        foreach (byte c in id) hash = (hash * 31) + c;
        ref string known = ref _known[hash % Slots];
        if (!Ascii.Equals(id, known)) known = Encoding.ASCII.GetString(id);
        return _last = known;
    }
}
