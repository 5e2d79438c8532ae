using PPYolo.Align.Records;
using PPYolo.Align.Watching;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Align.Watching;

public sealed class RandomWatchTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void The_first_module_that_draws_is_told()
    {
        var states = Train(nn.Sequential(("first", nn.Linear(4, 4)), ("drop", nn.Dropout(0.5)), ("again", nn.Dropout(0.5)))).Iterations[0];

        states.Module.Should().Be("drop");
        states.Forward.Should().NotBeEquivalentTo(states.Data);
        states.Weights.Should().BeEquivalentTo(states.Forward);
        states.Backward.Should().BeNull("nobody said when the backward pass had ended");
    }

    [Fact]
    public void Each_phase_has_its_draws()
    {
        var audit = Train(nn.Linear(4, 4), afterBackward: () => rand(1), afterStep: () => rand(1), iterations: 2);

        audit.Iterations.Should().HaveCount(2);
        foreach (var states in audit.Iterations)
        {
            states.Module.Should().BeNull();
            states.Forward.Should().BeEquivalentTo(states.Data);
            states.Backward.Should().NotBeEquivalentTo(states.Forward);
            states.Weights.Should().NotBeEquivalentTo(states.Backward);
        }

        audit.Iterations[1].Data.Should().NotBeEquivalentTo(audit.Iterations[0].Weights, "batches are drawn");
    }

    /// <summary>PyTorch's generator, seeded so, has this hash: python/tests/test_watch.py.</summary>
    [Fact]
    public void Of_the_same_seed_PyTorch_has_the_same_hash() =>
        Train(nn.Linear(4, 4), beforeBatch: () => random.manual_seed(7))
            .Iterations[0]
            .Data.Should()
            .Equal(new Dictionary<string, string> { ["torch"] = "daf9268b18e87b02" });

    public void Dispose() => folder.Dispose();

    private RandomAudit Train(
        nn.Module<Tensor, Tensor> network,
        Action? beforeBatch = null,
        Func<Tensor>? afterBackward = null,
        Func<Tensor>? afterStep = null,
        int iterations = 1
    )
    {
        using var all = NewDisposeScope();
        using var optimizer = optim.SGD(network.parameters(), 0.1);
        using var watch = RunWatch.Start(network, optimizer, folder.File("record"));
        for (var i = 0; i < iterations; i++)
        {
            var images = randn(2, 4);
            beforeBatch?.Invoke();
            watch.Batch(("image", images));
            var loss = network.call(images).square().mean();
            watch.Losses(("loss", loss));
            loss.backward();
            if (afterBackward?.Invoke() is not null)
            {
                watch.Gradients();
            }

            optimizer.step();
            afterStep?.Invoke();
            watch.Step();
        }

        watch.Close();
        return RandomAudit.TryRead(folder.File("record"))!;
    }
}
