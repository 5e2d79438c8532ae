using System.Globalization;
using System.Text;
using PPYolo.Align;
using PPYolo.Align.Reports;
using PPYolo.Data.Datasets;
using PPYolo.Data.Imaging;
using PPYolo.Data.Loading;
using PPYolo.Data.Transforms;
using PPYolo.Model.Networks;

namespace PPYolo.Data.Showing;

/// <summary>
/// A dataset as a page: the first batch of a training, each image as it is stored, as it is augmented and as the network gets it; how often
/// classes and sizes of objects occur; and the bad records.
/// </summary>
public static class DatasetPage
{
    private const int MostRecords = 40;

    private static readonly (int Least, int Most)[] Sides =
    [
        (0, 16),
        (16, 32),
        (32, 64),
        (64, 96),
        (96, 192),
        (192, 384),
        (384, int.MaxValue),
    ];

    /// <summary>The page.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="network">Anchors and levels of the targets.</param>
    /// <param name="options">Seed, batch and sizes: the batch is the first that a run with them trains on.</param>
    /// <exception cref="AlignException">An image cannot be decoded, or OpenCV cannot be loaded.</exception>
    public static string Of(DetectionDataset dataset, NetworkOptions network, LoaderOptions options)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        OpenCv.Require();
        var title = $"Dataset {dataset.Layout.Annotations}";
        var objects = dataset.Images.Sum(image => image.Objects.Length);
        var body = new StringBuilder();
        body.Append(CultureInfo.InvariantCulture, $"<h1>{HtmlPage.Text(title)}</h1>\n<p>{HtmlPage.Text(dataset.Layout.Recognized)}.</p>\n");
        body.Append(
            CultureInfo.InvariantCulture,
            $"<p class=\"soft\">{dataset.Images.Length} images, {dataset.Images.Count(image => image.Objects.IsEmpty)} of them without "
                + $"objects; {objects} objects; {dataset.Log.Problems.Count} bad records.</p>\n"
        );
        FirstBatch(body, dataset, network with { Classes = dataset.Categories.Length }, options);
        Classes(body, dataset);
        Sizes(body, dataset);
        Records(body, dataset);
        return HtmlPage.Whole(title, body.ToString());
    }

    private static void FirstBatch(StringBuilder body, DetectionDataset dataset, NetworkOptions network, LoaderOptions options)
    {
        using var batches = new DatasetBatches(dataset, network, options with { Workers = 0 });
        var batch = batches.At(0);
        var plan = new BatchSchedule(dataset.Images.Length, options).At(0);
        var (pipeline, decoder) = (new SamplePipeline(dataset, options.Seed, options.Augmentation), new ImageDecoder(dataset));
        string[] names = [.. dataset.Categories.Select(category => category.Name)];
        body.Append("<h2>The first batch</h2>\n");
        body.Append(
            CultureInfo.InvariantCulture,
            $"<p>What a run with the seed {HtmlPage.Text(options.Seed)} trains on first: {plan.Samples.Length} images, each as it is "
                + $"stored, as it is augmented (mixed with another one, colours, expanded, cropped, mirrored), and as the network gets it, "
                + $"at {plan.Size} x {plan.Size} pixels. A number behind a class is the share of a mixed image. "
                + $"{BatchPage.Legend(batch)}</p>\n"
        );
        for (var i = 0; i < plan.Samples.Length; i++)
        {
            var key = plan.Samples[i];
            var (stored, index) = decoder.DecodeFrom(key.Index);
            var name = Path.GetRelativePath(dataset.Layout.Images, dataset.Images[index].Path);
            using (stored)
            using (var augmented = pipeline.Augment(key.Index, key.Epoch))
            {
                body.Append(
                    CultureInfo.InvariantCulture,
                    $"<section class=\"panel\" aria-label=\"{HtmlPage.Text(name)}\"><div class=\"pictures\">\n"
                );
                body.Append(Show(stored, $"{name} as stored", names));
                body.Append(Show(augmented, "augmented", names));
                body.Append(BatchPage.Show(batch, i, names, "in the batch").Html());
                body.Append("</div></section>\n");
            }
        }
    }

    private static string Show(Sample sample, string what, string[] names) =>
        Picture
            .Of(
                sample.Image,
                string.Create(CultureInfo.InvariantCulture, $"{what}, {sample.Image.Width} x {sample.Image.Height}"),
                sample.Boxes.Select(box => new PictureBox(
                    box.Left,
                    box.Top,
                    box.Right,
                    box.Bottom,
                    box.Class,
                    box.Score < 1 ? string.Create(CultureInfo.InvariantCulture, $"{names[box.Class]} {box.Score:0.00}") : names[box.Class]
                ))
            )
            .Html();

    private static void Classes(StringBuilder body, DetectionDataset dataset)
    {
        var counts = dataset.Images.SelectMany(image => image.Objects).CountBy(box => box.Class).ToDictionary();
        var images = dataset
            .Images.SelectMany(image => image.Objects.Select(box => box.Class).Distinct())
            .CountBy(index => index)
            .ToDictionary();
        body.Append("<h2>Classes</h2>\n");
        Bars(
            body,
            "objects of each class",
            ["class", "objects", "images"],
            [
                .. dataset.Categories.Select(
                    (category, index) => (category.Name, counts.GetValueOrDefault(index), (int?)images.GetValueOrDefault(index))
                ),
            ]
        );
    }

    private static void Sizes(StringBuilder body, DetectionDataset dataset)
    {
        var sides = dataset
            .Images.SelectMany(image => image.Objects)
            .Select(box => Math.Sqrt((box.Right - box.Left + 1) * (double)(box.Bottom - box.Top + 1)))
            .ToList();
        body.Append(
            "<h2>Sizes of objects</h2>\n<p class=\"soft\">The side of a square as large as the box, in pixels of the stored image.</p>\n"
        );
        Bars(
            body,
            "objects of each size",
            ["side", "objects"],
            [
                .. Sides.Select(bin =>
                    (
                        bin.Most == int.MaxValue
                            ? string.Create(CultureInfo.InvariantCulture, $"{bin.Least} and more")
                            : string.Create(CultureInfo.InvariantCulture, $"{bin.Least} to {bin.Most}"),
                        sides.Count(side => side >= bin.Least && side < bin.Most),
                        (int?)null
                    )
                ),
            ]
        );
    }

    private static void Bars(StringBuilder body, string label, string[] header, (string Name, int Count, int? Images)[] rows)
    {
        var most = Math.Max(1, rows.Max(row => row.Count));
        body.Append(
            BarTable.Html(
                label,
                header,
                rows.Select(row =>
                    (row.Name, Cells(row.Images is null ? [row.Count] : [row.Count, row.Images.Value]), (double)row.Count / most)
                )
            )
        );
    }

    private static string[] Cells(int[] counts) => [.. counts.Select(count => count.ToString(CultureInfo.InvariantCulture))];

    private static void Records(StringBuilder body, DetectionDataset dataset)
    {
        var problems = dataset.Log.Problems;
        body.Append("<h2>Bad records</h2>\n");
        if (problems.Count == 0)
        {
            body.Append("<p>None.</p>\n");
            return;
        }

        body.Append("<ul>");
        foreach (var kind in problems.GroupBy(problem => problem.Kind).OrderByDescending(kind => kind.Count()))
        {
            body.Append(CultureInfo.InvariantCulture, $"<li>{kind.Count()} {kind.Key}</li>");
        }

        body.Append("</ul>\n<ul>\n");
        foreach (var problem in problems.Take(MostRecords))
        {
            body.Append(CultureInfo.InvariantCulture, $"<li>{HtmlPage.Text(problem.ToString())}</li>\n");
        }

        body.Append("</ul>\n");
        if (problems.Count > MostRecords)
        {
            body.Append(
                CultureInfo.InvariantCulture,
                $"<p class=\"soft\">and {problems.Count - MostRecords} more: ppyolo data check lists them all</p>\n"
            );
        }
    }
}
