using Streaming.Consumer.Commands;

namespace Streaming.Tests.Unit.Commands;

public sealed class RehearsalTests
{
    // A run waits for it at its end, so that what it throws would be seen there.
    [Fact]
    public async Task Rehearsal_EndsWell() => await Rehearsal.Begin();
}
