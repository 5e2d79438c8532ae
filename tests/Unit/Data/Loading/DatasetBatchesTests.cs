using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Data.Loading;
using PPYolo.Data.Transforms;
using PPYolo.Model.Networks;

namespace PPYolo.Tests.Unit.Data.Loading;

public class DatasetBatchesTests
{
    private static readonly NetworkOptions Network = NetworkPresets.Find("r50vd")! with { Classes = 2 };

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(3)]
    public void Batches_are_the_same_bits_for_any_number_of_workers(int workers)
    {
        using var set = Set(10);
        using var inline = Batches(set.Open(), Options(workers: 0));
        using var threaded = Batches(set.Open(), Options(workers));

        for (var iteration = 0; iteration < 6; iteration++)
        {
            Same(threaded.At(iteration), inline.At(iteration));
        }
    }

    [SkippableFact]
    public void Batches_are_the_same_bits_in_any_order()
    {
        using var set = Set(10);
        using var straight = Batches(set.Open(), Options(workers: 2));
        using var anyhow = Batches(set.Open(), Options(workers: 2));
        var expected = Enumerable.Range(0, 7).Select(straight.At).ToList();

        foreach (var iteration in new[] { 5, 6, 2, 2, 0, 3 })
        {
            Same(anyhow.At(iteration), expected[iteration]);
        }
    }

    [SkippableFact]
    public void Samples_are_the_same_bits_for_any_number_of_ranks()
    {
        using var set = Set(10);
        using var alone = Batches(set.Open(), Options());
        using var first = Batches(set.Open(), Options() with { Rank = 0, Ranks = 2, SameSizeAcrossRanks = true });
        using var second = Batches(set.Open(), Options() with { Rank = 1, Ranks = 2, SameSizeAcrossRanks = true });

        for (var iteration = 0; iteration < 4; iteration++)
        {
            Batch whole = alone.At(iteration),
                even = first.At(iteration),
                odd = second.At(iteration);
            even.Count.Should().Be(2);
            foreach (var ((name, tensor), (evens, odds)) in whole.Named.Zip(even.Named.Zip(odd.Named)))
            {
                var part = (int)(tensor.Bytes.Length / whole.Count);
                for (var image = 0; image < whole.Count; image++)
                {
                    var half = (image % 2 == 0 ? evens : odds).Value;
                    tensor
                        .Bytes.Span.Slice(image * part, part)
                        .SequenceEqual(half.Bytes.Span.Slice(image / 2 * part, part))
                        .Should()
                        .BeTrue($"{name}, image {image}");
                }
            }
        }
    }

    [SkippableFact]
    public void Seeds_and_epochs_change_every_sample()
    {
        using var set = Set(2);
        var options = Options() with { Batch = 2, Sizes = [64] };
        using var batches = Batches(set.Open(), options);
        using var other = Batches(set.Open(), options with { Seed = "6" });

        batches.At(0).Images.BitwiseEquals(batches.At(1).Images).Should().BeFalse();
        batches.At(0).Images.BitwiseEquals(other.At(0).Images).Should().BeFalse();
    }

    [SkippableFact]
    public void Transforms_do_not_disturb_one_another()
    {
        using var set = Set(6);
        using var all = Batches(set.Open(), Options());
        using var uncolored = Batches(
            set.Open(),
            Options() with
            {
                Augmentation = new() { ColorDistortion = false, RandomInterpolation = false },
            }
        );

        for (var iteration = 0; iteration < 3; iteration++)
        {
            Batch one = all.At(iteration),
                another = uncolored.At(iteration);
            one.Boxes.BitwiseEquals(another.Boxes).Should().BeTrue("colours and interpolation draw from streams of their own");
            one.Images.BitwiseEquals(another.Images).Should().BeFalse();
        }
    }

    [SkippableFact]
    public void Without_augmentation_a_sample_is_the_image_and_its_boxes()
    {
        using var set = Set(4);
        var dataset = set.Open();
        using var batches = Batches(dataset, Options() with { Augmentation = AugmentationOptions.None });
        var plan = new BatchSchedule(4, Options()).At(0);
        var batch = batches.At(0);

        for (var i = 0; i < 4; i++)
        {
            var image = dataset.Images[plan.Samples[i].Index];
            var box = image.Objects.Single();
            var row = batch.Boxes.As<float>().Slice(i * 200, 4).ToArray();
            row[0].Should().BeApproximately((box.Left + box.Right) / 2 / image.Width, 1e-6f);
            row[1].Should().BeApproximately((box.Top + box.Bottom) / 2 / image.Height, 1e-6f);
            row[2].Should().BeApproximately((box.Right - box.Left) / image.Width, 1e-6f);
            row[3].Should().BeApproximately((box.Bottom - box.Top) / image.Height, 1e-6f);

            using var decoded = OpenCv.Decode(File.ReadAllBytes(image.Path), turned: true, out _)!;
            using var resized = OpenCv.Resize(decoded, plan.Size, Interpolation.Linear);
            var planes = new float[3 * plan.Size * plan.Size];
            ImageNormalization.Write(resized, planes);
            batch.Images.As<float>().Slice(i * planes.Length, planes.Length).SequenceEqual(planes).Should().BeTrue();
        }

        Objectness(batch.Targets).Should().Be(4, "each object has one anchor in one cell");
    }

    [SkippableFact]
    public void With_mixup_scores_are_shares_of_two_images()
    {
        using var set = Set(6);
        using var batches = Batches(
            set.Open(),
            Options(workers: 0) with
            {
                Sizes = [416],
                Augmentation = AugmentationOptions.None with { Mixup = true },
            }
        );
        var batch = batches.At(0);

        var rows = batch.Boxes.As<float>();
        for (var image = 0; image < 4; image++)
        {
            var ofImage = rows.Slice(image * 200, 200);
            (ofImage[2] > 0, ofImage[6] > 0, ofImage[10] > 0).Should().Be((true, true, false), "each image has one object");
            batch.Files[image].Split(" + ").Should().HaveCount(2).And.OnlyHaveUniqueItems().And.OnlyContain(file => File.Exists(file));
        }

        Objectness(batch.Targets).Should().BeApproximately(4, 1e-5, "the shares of two images make one");
        batch.Targets.Max(target => target.As<float>().ToArray().Count(value => value is > 0 and < 1)).Should().BePositive();
    }

    [SkippableFact]
    public void No_more_than_the_agreed_number_of_batches_is_made_ahead()
    {
        using var set = Set(6);
        using var batches = Batches(set.Open(), Options(workers: 2) with { Prefetch = 3 });

        batches.Planned.Should().Be(0);
        for (var iteration = 0; iteration < 3; iteration++)
        {
            batches.At(iteration);
            batches.Planned.Should().Be(iteration + 4);
        }
    }

    [SkippableFact]
    public void Waits_add_up()
    {
        using var set = Set(6);
        using var batches = Batches(set.Open(), Options(workers: 0));

        batches.At(0);
        var first = batches.LastWait;
        batches.At(1);

        first.Should().BePositive();
        batches.TotalWait.Should().Be(first + batches.LastWait);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(2)]
    public void An_image_that_cannot_be_decoded_is_replaced_and_reported_once(int workers)
    {
        using var set = Set(4);
        set.Damage(2, bytes => bytes[..(bytes.Length / 2)]);
        var seen = new List<DataProblem>();
        var dataset = set.Open(report: seen.Add);
        seen.Should().BeEmpty("its header is whole");
        using var batches = Batches(dataset, Options(workers) with { Augmentation = AugmentationOptions.None, Sizes = [64] });

        for (var iteration = 0; iteration < 3; iteration++)
        {
            var plan = new BatchSchedule(4, Options() with { Sizes = [64] }).At(iteration);
            var slots = plan.Samples.Select(sample => dataset.Images[sample.Index].Id).ToList();
            var part = 3 * 64 * 64;
            var images = batches.At(iteration).Images.As<float>();
            images
                .Slice(slots.IndexOf(2) * part, part)
                .SequenceEqual(images.Slice(slots.IndexOf(3) * part, part))
                .Should()
                .BeTrue("the next image takes its place");
        }

        seen.Should()
            .ContainSingle()
            .Which.Should()
            .Match<DataProblem>(problem =>
                problem.Kind == DataProblemKind.UnreadableImage && problem.Id == 2 && problem.File == set.ImagePath(2)
            );
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(2)]
    public void An_image_that_cannot_be_decoded_stops_if_asked_to(int workers)
    {
        using var set = Set(4);
        set.Damage(2, bytes => bytes[..(bytes.Length / 2)]);
        using var batches = Batches(set.Open(strict: true), Options(workers));

        batches
            .Invoking(all => all.At(0))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"*{set.ImagePath(2)}*image id 2*the file stops after*--strict*");
    }

    [SkippableFact]
    public void A_set_of_which_no_image_can_be_decoded_stops()
    {
        using var set = Set(2);
        set.Damage(1, bytes => bytes[..^900]).Damage(2, bytes => bytes[..^900]);
        using var batches = Batches(set.Open(), Options() with { Batch = 2 });

        batches.Invoking(all => all.At(0)).Should().Throw<AlignException>().WithMessage("*none of its 2 images can be decoded*");
    }

    [SkippableFact]
    public void A_fault_in_a_worker_comes_out_with_file_and_id()
    {
        using var set = Set(4);
        set.Damage(3, bytes => bytes[..(bytes.Length / 2)]);
        using var batches = Batches(set.Open(report: _ => throw new InvalidOperationException("boom")), Options(workers: 2));

        batches
            .Invoking(all => all.At(0))
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage("*.jpg (image id *, iteration 0): boom")
            .WithInnerException<InvalidOperationException>();
    }

    [SkippableFact]
    public void Waiting_can_be_cancelled()
    {
        using var set = Set(4);
        set.Damage(3, bytes => bytes[..(bytes.Length / 2)]);
        using var cancellation = new CancellationTokenSource();
        using var released = new ManualResetEventSlim();
        var dataset = set.Open(report: _ =>
        {
            cancellation.Cancel();
            // The batch cannot be done before the waiting has ended.
            released.Wait();
        });
        using var batches = new DatasetBatches(dataset, Network, Options(workers: 1), cancellation.Token);

        try
        {
            batches.Invoking(all => all.At(0)).Should().Throw<OperationCanceledException>();
        }
        finally
        {
            released.Set();
        }
    }

    [SkippableFact]
    public void Nothing_can_be_had_after_disposal()
    {
        using var set = Set(4);
        var batches = Batches(set.Open(), Options(workers: 2));
        batches.At(0);

        batches.Dispose();
        batches.Dispose();

        batches.Invoking(all => all.At(1)).Should().Throw<ObjectDisposedException>();
    }

    [SkippableFact]
    public void One_image_alone_is_not_mixed_with_itself()
    {
        using var set = Set(1);
        using var batches = Batches(
            set.Open(),
            Options() with
            {
                Batch = 1,
                Augmentation = AugmentationOptions.None with { Mixup = true },
            }
        );

        Objectness(batches.At(0).Targets).Should().Be(1);
    }

    [Fact]
    public void A_dataset_with_more_categories_than_classes_is_refused()
    {
        using var set = TinySet.Of(1);

        FluentActions
            .Invoking(() => new DatasetBatches(set.Open(), Network with { Classes = 1 }, Options()))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*at most 1 categories*found 2*");
    }

    private static TinySet Set(int images)
    {
        NativePixels.OrSkip();
        return TinySet.Of(images);
    }

    private static LoaderOptions Options(int workers = 1) =>
        new()
        {
            Seed = "5",
            Batch = 4,
            Sizes = [64, 96, 128],
            Workers = workers,
        };

    private static DatasetBatches Batches(DetectionDataset dataset, LoaderOptions options) => new(dataset, Network, options);

    private static void Same(Batch found, Batch expected)
    {
        foreach (var ((name, one), (_, other)) in found.Named.Zip(expected.Named))
        {
            one.BitwiseEquals(other).Should().BeTrue(name);
        }
    }

    private static double Objectness(IEnumerable<TensorData> targets) => targets.Sum(Objectness);

    /// <summary>The sum of the sixth channel of every anchor.</summary>
    private static double Objectness(TensorData target)
    {
        var (sum, plane, channels) = (0.0, (int)(target.Shape[3] * target.Shape[4]), (int)target.Shape[2]);
        var values = target.As<float>();
        for (var anchor = 0; anchor < target.Shape[0] * target.Shape[1]; anchor++)
        {
            foreach (var value in values.Slice(((anchor * channels) + 5) * plane, plane))
            {
                sum += value;
            }
        }

        return sum;
    }
}
