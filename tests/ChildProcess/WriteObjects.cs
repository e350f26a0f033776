using System.Globalization;
using System.Text;
using Streaming.Shared.Objects;

namespace Streaming.Tests.ChildProcess;

/// <summary>Writes to a folder store, for tests that run several writers at once or kill one.</summary>
internal static class WriteObjects
{
    /// <summary>Adds one to a counter object, so many times, by compare-and-set.</summary>
    public static async Task<int> CountAsync(string folder, int times)
    {
        IObjectStore store = ObjectStores.Open(folder, TimeProvider.System);
        for (int left = times; left > 0;)
        {
            StoredObject? seen = await store.GetAsync("counter", CancellationToken.None);
            long value = seen is null ? 0 : long.Parse(seen.Content.Span, CultureInfo.InvariantCulture);
            byte[] next = Encoding.UTF8.GetBytes((value + 1).ToString(CultureInfo.InvariantCulture));
            if (await store.PutAsync("counter", next, seen?.Tag, CancellationToken.None) is not null) left--;
        }

        return 0;
    }

    /// <summary>Rewrites four objects until it is killed. Each holds one byte value only, so that a torn one shows.</summary>
    public static async Task<int> RewriteAsync(string folder, int bytes)
    {
        IObjectStore store = ObjectStores.Open(folder, TimeProvider.System);
        for (byte value = 0; ; value++)
        {
            string key = $"objects/{value % 4}";
            StoredObject? seen = await store.GetAsync(key, CancellationToken.None);
            byte[] content = new byte[bytes + value];
            Array.Fill(content, value);
            await store.PutAsync(key, content, seen?.Tag, CancellationToken.None);
            if (value == 4) Console.WriteLine("writing");
        }
    }
}
