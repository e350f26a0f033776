using Streaming.Shared;
using Streaming.Shared.CommandLine;

namespace Streaming.Tests.Unit.CommandLine;

/// <summary>What cannot be undone is done after a yes, and after nothing else.</summary>
public sealed class ConfirmTests : IDisposable
{
    private readonly StringWriter _error = new();

    [Theory]
    [InlineData("y")]
    [InlineData("Y")]
    [InlineData("yes")]
    public async Task Yes_GoesOn(string answer)
    {
        await ConfirmAsync(new StringReader(answer + "\n"));
        Assert.Equal("Delete x? [y/N] ", _error.ToString());
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("n\n")]
    [InlineData("yesterday\n")]
    [InlineData("")]
    public async Task AnythingElse_DoesNothing(string answer)
        => Assert.Equal("Nothing was deleted.", (await Assert.ThrowsAsync<UsageException>(() => ConfirmAsync(new StringReader(answer)))).Message);

    [Fact]
    public async Task NobodyToAsk_IsToldHowToSayYes()
    {
        UsageException refused = await Assert.ThrowsAsync<UsageException>(() => ConfirmAsync(null));
        Assert.EndsWith("Nothing was deleted. Say --yes.", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    private Task ConfirmAsync(TextReader? answers)
        => new CommandContext(TextWriter.Null, _error, IsTerminal: false, TimeProvider.System, "test") { Answers = answers }
            .ConfirmAsync("Delete x", "Nothing was deleted.", CancellationToken.None);

    public void Dispose() => _error.Dispose();
}
