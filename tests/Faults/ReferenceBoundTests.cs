using System.Runtime.InteropServices;
using PPYolo.Align.Reports;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Checkouts;
using PPYolo.Harness.Faults;
using PPYolo.Harness.Reference;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Tests.Faults.Blind;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Faults;

/// <summary>
/// align reference is red where gradients are wrong by some hundredths, and names the first place in order of execution. It is green where
/// nothing is wrong, whatever computes: libtorch's own operators, threads, instruction sets (each in a process of its own).
/// </summary>
public sealed class ReferenceBoundTests
{
    private const string Small = "r18vd-96-calm",
        Aggregation = "ppyolov2-r50vd",
        Gradients = "gradients of iteration 0",
        Maps = "activations of iteration 0",
        Norm = "backbone.res5.res5b.branch2a";

    public static TheoryData<string, string> Surroundings
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in Directory.GetDirectories(Fixtures.Reference("")).Select(folder => Path.GetFileName(folder)).Order())
            {
                foreach (var variables in new[] { "DOTNET_EnableAVX512=0", "DOTNET_EnableAVX2=0", "ATEN_CPU_CAPABILITY=default" })
                {
                    data.Add(name, variables);
                }
            }

            return data;
        }
    }

    [Theory]
    [InlineData("IoU's union without gradient", Small, Gradients, "yolo_head.*")]
    [InlineData("IoU's union without gradient", Aggregation, Gradients, "yolo_head.*")]
    [InlineData("slope of LeakyReLU 0.01 in the backward pass alone", Small, Gradients, "neck.yolo_block_1.tip.*")]
    [InlineData("a norm's saved mean overwritten", Small, Gradients, $"{Norm}.norm.*")]
    [InlineData("one gradient 5 % too large", Small, Gradients, $"{Norm}.conv.weight")]
    [InlineData("one gradient 5 % too large", Aggregation, Gradients, "neck.fpn_1.conv1.conv.weight")]
    [InlineData("slope of LeakyReLU 0.01", Small, Maps, "neck0")]
    [InlineData("an activation missing", Small, Maps, "backbone0")]
    public void A_fault_is_named_where_it_shows_first(string fault, string name, string check, string place)
    {
        var verdict = Run(name, Fault(fault, place));

        verdict.Aligned.Should().BeFalse();
        verdict.Failures.First().Name.Should().Be(check, VerdictText.Summary(verdict));
        verdict.Failures.First().Worst.Should().Match(place);
    }

    [Theory]
    [InlineData(Small, 2)]
    [InlineData(Aggregation, 1)]
    public void Operators_of_libtorch_are_no_fault(string name, int iterations)
    {
        var verdict = Run(name, LibtorchOperators.Everywhere, iterations);

        verdict.Aligned.Should().BeTrue(VerdictText.Summary(verdict));
    }

    [SkippableTheory]
    [MemberData(nameof(Surroundings))]
    public void Instruction_sets_are_no_fault(string name, string variables)
    {
        Skip.If(
            name != Small && Environment.GetEnvironmentVariable("PPYOLO_FAULTS") != "1",
            "PPYOLO_FAULTS=1 runs cases that take longer than a few seconds"
        );
        Skip.If(name.Contains("-full", StringComparison.Ordinal), "it takes minutes");

        var (code, output, errors) = ChildProcess.Run(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "ppyolo.dll"), "align", "reference", Fixtures.Reference(name), "--threads", "1"],
            variables.Split(' ').Select(variable => variable.Split('=')).ToDictionary(pair => pair[0], pair => pair[1])
        );

        code.Should().Be(0, $"{output}{errors}");
    }

    private static Verdict Run(string name, Alteration alteration, int iterations = 1) =>
        ReferenceScenario.Run(
            Fixtures.Reference(name),
            new()
            {
                Alteration = alteration,
                Threads = TestEnvironment.Threads,
                Iterations = iterations,
            }
        );

    private static Alteration Fault(string name, string place) =>
        name switch
        {
            "a norm's saved mean overwritten" => MeanOverwritten(Norm),
            "one gradient 5 % too large" => GradientFaults.AfterBackward(parts => parts.Gradient(place).mul_(Scalars.Of(1.05))),
            _ => BlindFaults.All.Single(fault => fault.Name == name).Training,
        };

    /// <summary>
    /// What the norm's backward pass sees is off by a number, as if its mean were. Written as another thread would: libtorch does not know.
    /// </summary>
    private static Alteration MeanOverwritten(string layer) =>
        new()
        {
            Parts = parts =>
            {
                var map = Plant.LastOf(parts.Network.Layer<SquareConvolution>($"{layer}.conv"));
                return parts with
                {
                    Backward = (moment, weight) =>
                    {
                        foreach (ref var value in MemoryMarshal.Cast<byte, float>(map().bytes))
                        {
                            value += 0.01f;
                        }

                        parts.Backward(moment, weight);
                    },
                };
            },
        };
}
