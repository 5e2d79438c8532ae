using System.Text.Json.Nodes;
using PPYolo.Align.Watching;
using PPYolo.Tests.Unit.Cli.Commands;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Harness.Explain;

/// <summary>ppyolo match and ppyolo explain on records of one training under two sets of names, and of some of its iterations.</summary>
public sealed class RenamedRunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void What_match_finds_makes_runs_comparable()
    {
        var (first, second, names) = (Record("first", ""), Record("second", "other_"), folder.File("names.json"));

        var without = ConsoleCapture.Run("explain", first, second);
        var match = ConsoleCapture.Run("match", first, second, "--out", names);
        var with = ConsoleCapture.Run("explain", first, second, "--names", names);

        without.ExitCode.Should().Be(1);
        without.Output.Should().Contain($"next: the runs call their weights otherwise: ppyolo match {first} {second}");
        match.ExitCode.Should().Be(0, match.Output);
        match.Output.Should().Contain("MATCHED: of 15 names of ").And.Contain("15 are sure, 0 are guesses, 0 are not found");
        File.ReadAllText(names).Should().Contain("\"of\": \"second\"").And.NotContain("guess");
        with.ExitCode.Should().Be(0, with.Output + with.Error);
        with.Output.Should().Contain("ALIGNED").And.NotContain("not compared");
    }

    [Fact]
    public void Names_may_be_turned_into_those_of_the_second_run_too()
    {
        var (first, second) = (Record("first", ""), Record("second", "other_"));
        var names = Rules(
            "first",
            """
            { "pattern": "*", "to": "other_*" }, { "from": "image", "to": "image" }, { "from": "loss", "to": "loss" },
            { "from": "rate", "to": "rate" }
            """
        );

        var explained = ConsoleCapture.Run("explain", first, second, "--names", names);

        explained.ExitCode.Should().Be(0, explained.Output + explained.Error);
        explained.Output.Should().NotContain("not compared");
    }

    [Fact]
    public void Names_that_map_to_nothing_have_a_line_each()
    {
        var (first, second) = (Record("first", ""), Record("second", "other_"));
        var names = Rules("second", """{ "from": "other_haed.weight", "to": "head.weight" }, { "prefix": "other_conv", "to": "cnov" }""");

        var explained = ConsoleCapture.Run("explain", first, second, "--names", names);

        explained.ExitCode.Should().Be(2);
        explained
            .Error.Trim()
            .Should()
            .Be(
                $"ppyolo: {names}: rule 1 (from 'other_haed.weight') fits no name of the second run; did you mean 'other_head.weight'?\n"
                    + $"{names}: rule 2 turns 'other_conv.weight' into 'cnov.weight', and the first has no such name; did you mean "
                    + "'conv.weight'?"
            );
    }

    [Fact]
    public void Of_a_run_with_gaps_what_was_traced_is_compared()
    {
        var (first, second) = (Record("first", ""), Record("second", ""));
        File.Delete(Path.Combine(second, "trace00000_rank00.npz"));
        var declared = Path.Combine(second, "case.json");
        var without = ConsoleCapture.Run("explain", first, second);
        var head = JsonNode.Parse(File.ReadAllText(declared))!;
        head["recorded"]!["iterations"] = new JsonArray(1, 2);
        File.WriteAllText(declared, head.ToJsonString());

        var explained = ConsoleCapture.Run("explain", first, second);

        without.ExitCode.Should().Be(2);
        without.Error.Should().Contain("trace00000_rank00.npz: not found, and case.json declares 3 iterations");
        explained.ExitCode.Should().Be(0, explained.Output + explained.Error);
        explained.Output.Should().StartWith("compared over iterations 1 and 2, which both runs have traced");
        explained.Output.Should().Contain("not compared: iteration 0 of the first run");
    }

    public void Dispose() => folder.Dispose();

    private string Rules(string of, string rules) =>
        folder.Write("rules.json", $$"""{ "format": "ppyolo-names", "version": 1, "of": "{{of}}", "rules": [ {{rules}} ] }""");

    private string Record(string name, string prefix)
    {
        random.manual_seed(1);
        using var network = nn.Sequential(
            ($"{prefix}conv", nn.Conv2d(3, 4, 3, bias: false)),
            ($"{prefix}norm", nn.BatchNorm2d(4)),
            ($"{prefix}activation", nn.ReLU()),
            ($"{prefix}flat", nn.Flatten()),
            ($"{prefix}head", nn.Linear(4 * 36, 2))
        );
        using var optimizer = optim.SGD(network.parameters(), 0.1, momentum: 0.9);
        using var watch = RunWatch.Start(network, optimizer, folder.File(name));
        for (var iteration = 0; iteration < 3; iteration++)
        {
            using var scope = NewDisposeScope();
            var images = randn(2, 3, 8, 8);
            watch.Batch(("image", images));
            var loss = network.call(images).square().mean();
            watch.Losses(("loss", loss));
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            watch.Step();
        }

        watch.Close();
        return folder.File(name);
    }
}
