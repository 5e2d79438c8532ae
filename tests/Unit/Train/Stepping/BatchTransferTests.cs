using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Align.Traces;
using PPYolo.Data.Batches;
using PPYolo.Kernels.Memory;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Stepping;

/// <summary>In which order batches are made, copied to the device and trained on. The CPU stands for a card.</summary>
public sealed class BatchTransferTests
{
    private readonly List<string> events = [];

    [Fact]
    public void The_next_batch_is_copied_while_the_device_computes_the_losses_of_this_one()
    {
        using var path = CpuPath.Close(kernels: false, memory: true);
        var waits = HostRead.Waits;

        Train(3);

        (HostRead.Waits - waits).Should().Be(3, "the time of an iteration is that of finished work");

        events.Should().Equal("make 0", "copy", "fed", "make 1", "copy", "losses", "fed", "make 2", "copy", "losses", "fed", "losses");
    }

    [Fact]
    public void The_processor_makes_a_batch_when_it_needs_it()
    {
        Train(2);

        events.Should().Equal("make 0", "copy", "fed", "losses", "make 1", "copy", "fed", "losses");
    }

    [Fact]
    public void A_batch_that_cannot_be_made_fails_in_its_own_iteration()
    {
        using var path = CpuPath.Close(kernels: false, memory: true);

        this.Invoking(it => it.Train(3, broken: 1)).Should().Throw<AlignException>().WithMessage("batch 1 is broken");

        events.Should().Equal("make 0", "copy", "fed", "make 1", "losses", "make 1");
    }

    [Fact]
    public void A_stream_of_its_own_changes_no_bit()
    {
        using var path = CpuPath.Close(kernels: false, memory: true);
        var expected = Train(3).Steps.SelectMany(step => step.Losses);

        var found = Train(3, stream: CopyStream.Open(StandInStreams.Reset(), 0, host => host.clone())).Steps;

        found.SelectMany(step => step.Losses).Should().Equal(expected);
        StandInStreams.Calls.Count(call => call == "0 waits for 13").Should().Be(2, "the first batch is copied when it is needed");
        StandInStreams.Calls.Should().EndWith(["free stream 11", "pop"]);
    }

    private RunEnd Train(int iterations, int broken = -1, CopyStream? stream = null)
    {
        var options = TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["batch=2", "sizes=[64]"]);
        var batches = new Noted(RankBatches.Generated("1", options, [2], perRankSizes: false)(0), events, broken);
        var start = StartWeights.Parse("generator:1").For(options.ToNetwork());
        using var ranks = new SoloRanks();
        return IterationLoop.Execute(
            new RunPlan(options, start, _ => batches, iterations, "1"),
            ranks,
            observe: step =>
            {
                var watch = new Watch(events);
                step.Watch(watch);
                step.Transfer.Stream = stream;
                step.Transfer.Copy = (data, device) =>
                {
                    if (data.Shape.Length == 4)
                    {
                        events.Add("copy");
                    }

                    return data.ToTorch(device);
                };
            }
        );
    }

    private sealed class Noted(IBatchSource source, List<string> events, int broken) : IBatchSource
    {
        public Batch At(int iteration)
        {
            events.Add(string.Create(CultureInfo.InvariantCulture, $"make {iteration}"));
            return iteration == broken ? throw new AlignException($"batch {iteration} is broken") : source.At(iteration);
        }
    }

    private sealed class Watch(List<string> events) : IStepWatch
    {
        public void Fed(Tensor images, Tensor boxes, IReadOnlyList<Tensor> targets) => events.Add("fed");

        public void After(TracePhase phase, StepMoment moment)
        {
            if (phase == TracePhase.Loss)
            {
                events.Add("losses");
            }
        }
    }
}
