using Streaming.Shared.Objects;

namespace Streaming.Tests.TestKit;

/// <summary>A store in front of another one, whose puts of some keys wait until they may go on.</summary>
/// <param name="reached">Completed by the first put that waits.</param>
public sealed class SlowObjectStore(IObjectStore inner, Predicate<string> isSlow, TaskCompletionSource reached, Task goOn) : IObjectStore
{
    public string Address => inner.Address;

    public Task CheckWritableAsync(CancellationToken cancellation) => inner.CheckWritableAsync(cancellation);

    public Task<StoredObject?> GetAsync(string key, CancellationToken cancellation) => inner.GetAsync(key, cancellation);

    public async Task<string?> PutAsync(string key, ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellation)
    {
        if (isSlow(key))
        {
            reached.TrySetResult();
            await goOn.WaitAsync(cancellation);
        }

        return await inner.PutAsync(key, content, expectedTag, cancellation);
    }

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellation) => inner.ListAsync(prefix, cancellation);

    public Task DeleteAsync(string key, CancellationToken cancellation) => inner.DeleteAsync(key, cancellation);
}
