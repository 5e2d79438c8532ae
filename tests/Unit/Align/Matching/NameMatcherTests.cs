using PPYolo.Align.Generation;
using PPYolo.Align.Matching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Align.Matching;

public class NameMatcherTests
{
    private static readonly Lazy<(RunTrace First, RunTrace Second, NamedTensors Start)> Runs = new(() =>
    {
        var options = TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["batch=2", "sizes=[64]"]);
        var network = options.ToNetwork();
        var batches = new GeneratedBatches("5", options.Batch, options.Sizes, network);
        var start = StartWeights.Parse("generator:5:calm").For(network);
        var plan = new RunPlan(options, start, _ => batches, 1, "5");
        // Another number of threads rounds otherwise.
        return (TracingLoop.Execute(plan, 1, 2)[0], TracingLoop.Execute(plan, 1, 1)[0], start);
    });

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Modules_that_were_renamed_and_shuffled_are_found(bool traced, bool weights)
    {
        var (first, second, start) = Runs.Value;
        var other = new Dictionary<string, string>(StringComparer.Ordinal);
        string Renamed(string name) => name.Split('.').Select(part => Part(other, part)).Aggregate((all, part) => $"{all}.{part}");

        var match = NameMatcher.Match(
            MatchSide.Of("first", traced ? first : null, weights ? start : null),
            MatchSide.Of("second", traced ? Shuffled(second, Renamed) : null, weights ? Shuffled(start, Renamed) : null)
        );

        // Inputs and losses are no modules; a loss may equal another by chance.
        var names = match.Names.Where(name => name.Kind is MatchKind.State or MatchKind.Output).ToList();
        var wrong = names.Where(name => Renamed(name.First) != name.Second).ToList();
        wrong.Where(name => name.IsSure).Should().BeEmpty();
        if (traced)
        {
            var all = names.Count + match.SecondAlone.Count(name => name.Kind is MatchKind.State or MatchKind.Output);
            var lost = wrong.Count + all - names.Count;
            ((double)lost / all).Should().BeLessThan(0.01, $"{string.Join("; ", wrong)} {string.Join("; ", match.SecondAlone)}");
        }
        else
        {
            names.Count(name => name.IsSure).Should().BeGreaterThan(start.Count / 4);
        }
    }

    [Fact]
    public void Bits_that_are_there_twice_and_constants_are_not_sure()
    {
        float[] drawn = [.. Enumerable.Range(0, 16).Select(i => MathF.Sin(i))],
            ones = [.. Enumerable.Repeat(1f, 16)];
        NamedTensors State(params (string Name, float[] Values)[] tensors)
        {
            var state = new NamedTensors();
            foreach (var (name, values) in tensors)
            {
                state.Add(name, TensorData.Of<float>(values, 4, 4));
            }

            return state;
        }

        var twice = Match(State(("a.w", drawn), ("b.w", drawn)), State(("x.w", drawn), ("y.w", drawn)));
        var constant = Match(State(("a.w", ones)), State(("x.w", ones)));
        var once = Match(State(("a.w", drawn), ("a.b", ones)), State(("x.w", drawn), ("x.c", ones)));

        twice.Names.Should().HaveCount(2).And.OnlyContain(name => !name.IsSure);
        constant.Names.Should().ContainSingle().Which.IsSure.Should().BeFalse();
        // The second belongs to the module of the first.
        once.Names.Should().HaveCount(2).And.OnlyContain(name => name.IsSure);
        twice.ToFile().Rules.Should().OnlyContain(rule => rule.Guess != null);
        once.ToFile().Rules.Should().OnlyContain(rule => rule.Guess == null);
    }

    [Fact]
    public void Transposed_weights_are_found()
    {
        float[] rows = [1, 2, 3, 4, 5, 6],
            columns = [1, 4, 2, 5, 3, 6];
        NamedTensors first = new() { { "head.weight", TensorData.Of<float>(rows, 2, 3) } },
            second = new() { { "fc.w", TensorData.Of<float>(columns, 3, 2) } };

        var rule = Match(first, second).ToFile().Rules.Should().ContainSingle().Subject;

        rule.Should()
            .BeEquivalentTo(
                new
                {
                    From = "fc.w",
                    To = "head.weight",
                    Transpose = true,
                    Guess = (string?)null,
                }
            );
    }

    private static NameMatch Match(NamedTensors first, NamedTensors second) =>
        NameMatcher.Match(MatchSide.Of("first", null, first), MatchSide.Of("second", null, second));

    private static string Part(Dictionary<string, string> other, string part)
    {
        if (!other.TryGetValue(part, out var name))
        {
            // Names that say nothing; what follows # and [ stays.
            var end = part.IndexOfAny(['#', '[']);
            name = end > 0 ? Part(other, part[..end]) + part[end..] : $"n{new PortableStream("names").Bits(other.Count):x}";
            other[part] = name;
        }

        return name;
    }

    private static RunTrace Shuffled(RunTrace run, Func<string, string> rename) =>
        new(
            0,
            [
                .. run.Iterations.Select(iteration =>
                {
                    var shuffled = new IterationTrace(iteration.Iteration);
                    foreach (
                        var entry in iteration
                            .Entries.Select((entry, i) => (entry, i))
                            .OrderBy(pair => Place(pair.i))
                            .Select(pair => pair.entry)
                    )
                    {
                        var keeps = entry.Key.Phase is TracePhase.Data or TracePhase.Loss or TracePhase.Schedule;
                        shuffled.Add(keeps ? entry : entry with { Key = new(entry.Key.Phase, rename(entry.Key.Name)) });
                    }

                    return shuffled;
                }),
            ]
        );

    private static NamedTensors Shuffled(NamedTensors state, Func<string, string> rename)
    {
        var shuffled = new NamedTensors();
        foreach (var (name, tensor) in state.Select((pair, i) => (pair, i)).OrderBy(pair => Place(pair.i)).Select(pair => pair.pair))
        {
            shuffled.Add(rename(name), tensor);
        }

        return shuffled;
    }

    private static ulong Place(int i) => new PortableStream("order").Bits(i);
}
