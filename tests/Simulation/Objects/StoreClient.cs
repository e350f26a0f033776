using System.Runtime.CompilerServices;
using Streaming.Shared.Objects;
using Streaming.Tests.Simulation.Network;

namespace Streaming.Tests.Simulation.Objects;

/// <summary>One process' way to the store: the object store seam, with latency and faults.</summary>
/// <param name="log">Takes a line for the history.</param>
internal sealed class StoreClient(SimulatedBucket bucket, Wire wire, Faults faults, Action<string> log) : IObjectStore
{
    /// <summary>Keys in a page of a listing; few, so that things happen between two.</summary>
    private const int PageSize = 3;

    /// <summary>Calls that this process saw fail.</summary>
    public int Failures { get; private set; }

    /// <summary>Puts that were not carried out because something else stood there.</summary>
    public int Conflicts { get; private set; }

    public string Address => "simulated-lake";

    public Task CheckWritableAsync(CancellationToken cancellation)
        => CallAsync("check", "", faults.OfGet(""), () => true, static _ => "ok", cancellation);

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation)
        => CallAsync("get", key, faults.OfGet(key), () => bucket.Get(key), static found => found is null ? "none" : Short(found.Tag), cancellation);

    public Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
    {
        byte[] sent = content.ToArray();
        return CallAsync(
            "put", key, faults.OfPut(key), () => bucket.Put(key, sent, expectedTag),
            tag =>
            {
                if (tag is null) Conflicts++;
                return tag is null ? "412" : Short(tag);
            },
            cancellation,
            $" if {Short(expectedTag)}");
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? last = null;
        List<string> page;
        do
        {
            string? after = last;
            page = await CallAsync(
                "list", prefix, faults.OfGet(prefix), () => bucket.List(prefix, after, PageSize), static keys => $"{keys.Count} keys", cancellation);
            foreach (string key in page) yield return key;
            last = page.LastOrDefault();
        }
        while (page.Count == PageSize);
    }

    public Task DeleteAsync(string key, CancellationToken cancellation)
        => CallAsync("delete", key, faults.OfPut(key), () => bucket.Delete(key), static there => there ? "done" : "none", cancellation);

    private async Task<T> CallAsync<T>(
        string verb, string key, Fate fate, Func<T> carryOut, Func<T, string> print, CancellationToken cancellation, string condition = "")
    {
        string what = key + condition;
        return await wire.CallAsync(
            fate,
            () =>
            {
                T result = carryOut();
                log($"{verb} {what} -> {print(result)}{(fate.Failure is null ? "" : ", and the answer is lost")}");
                return result;
            },
            why =>
            {
                Failures++;
                log($"{verb} {what} failed: {why}");
                return new StoreUnavailableException($"{Address}: {verb} {what}: {why}");
            },
            cancellation,
            faults.DangerOf(key));
    }

    private static string Short(string? tag) => tag is null ? "absent" : tag[..6];
}
