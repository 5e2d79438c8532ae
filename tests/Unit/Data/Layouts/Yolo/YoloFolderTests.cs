using System.Text;
using PPYolo.Align;
using PPYolo.Data.Layouts;

namespace PPYolo.Tests.Unit.Data.Layouts.Yolo;

/// <summary>YOLO text as sites and labelling programs write it.</summary>
public sealed class YoloFolderTests : IDisposable
{
    private readonly DatasetFolder set = new();

    /// <summary>data.yaml as Roboflow, Ultralytics and people write it, all about train/images and valid/images.</summary>
    public static TheoryData<string> Yamls =>
        [
            "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n\nnc: 2\nnames: ['traffic light', 'no']\n",
            "\uFEFFtrain: train/images\r\nval: valid/images\r\nnames:\r\n  0: traffic light\r\n  1: no\r\n",
            "path: ../datasets/lights # root\ntrain: train/images\nval:\n  - valid/images\nnames:\n- traffic light\n- no\n",
            "path: C:\\me\\lights\ntrain: C:\\me\\lights\\train\\images\nval: ..\\valid\\images\nnames: {1: no, 0: traffic light}",
            "train: /content/lights/train\nval: /content/lights/valid\nnc: 2\nnames: [traffic light, \"no\"]\ndownload: |\n  import os\n",
            "train: list.txt\nval: valid/images\nnames: [traffic light, no]\nroboflow: {workspace: [[[x]]]}\n",
            "names: [traffic light, no]",
            "nc: 2\nnames: obj.names\ntrain: train",
        ];

    [Theory]
    [MemberData(nameof(Yamls))]
    public void A_description_names_classes_and_parts(string yaml)
    {
        Export()
            .Bytes("data.yaml", Encoding.UTF8.GetBytes(yaml))
            .Text("obj.names", "traffic light\nno")
            .Text("list.txt", "./train/images/a.JPG\n/home/me/lights/train/images/b.png\r\n");

        var dataset = set.Open();

        dataset.Lines().Should().Equal("a.JPG: no 40 20 59 59 traffic light 0 0 9 7", "b.png:");
        dataset.Classes().Should().Equal("traffic light", "no");
        dataset.Log.Problems.Should().BeEmpty();
        dataset.Layout.Recognized.Should().StartWith($"YOLO text in {set.Path}: 2 images of ").And.Contain("; 2 classes, in the order of ");
    }

    [Fact]
    public void Validation_has_several_names()
    {
        Export().Text("data.yaml", "train: ../train/images\nval: ../valid/images\nnames: ['a', 'b']\n");

        set.Open("val").Lines().Should().Equal("c.png: b 0 0 99 79");
        set.Open("valid").Lines().Should().HaveCount(1);
        FluentActions
            .Invoking(() => set.Find("test"))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*data.yaml: YOLO text, but 'test' is none of its parts; found train, val");
        DatasetFinder.Find(set["data.yaml"], "val").Annotations.Should().Be(set["valid/labels"]);
    }

    [Theory]
    [InlineData("names: [a, b]\ntrain: \"C:\\Users\\me\"", "line 2: expected YAML*without quotation marks*")]
    [InlineData("names: [a, b\ntrain: x", "line *: expected YAML*")]
    [InlineData("nc: 3\nnames: [a, b]\ntrain: train", "expected as many names as nc says, 3, found 2")]
    [InlineData("names: {0: a, 0: b}\ntrain: train", "line 1: expected names by class, each once*'0'")]
    [InlineData("names: {0: a, x: b}\ntrain: train", "line 1: expected names by class*'x'")]
    [InlineData(
        "names: [a, b]\ntrain: pictures/training",
        "train: expected a folder of images or a list of them, but 'pictures/training' is not there*"
    )]
    [InlineData("- a\n- b", "line 1: expected YAML*")]
    [InlineData("", "line 1: expected YAML*")]
    public void A_bad_description_is_named_with_its_line(string yaml, string message)
    {
        Export().Text("data.yaml", yaml);

        Find().Should().Throw<AlignException>().WithMessage($"{set["data.yaml"]}: {message}");
    }

    [Fact]
    public void A_description_that_is_nested_without_end_is_no_danger()
    {
        Export().Text("data.yaml", $"names: [a, b]\ntrain: train\nmore: {new string('[', 100_000)}");

        Find().Should().Throw<AlignException>().WithMessage("*expected YAML*");
    }

    [Theory]
    [InlineData("images/train/a.png", "labels/train/a.txt", "classes.txt")]
    [InlineData("images/train2017/a.png", "labels/train2017/a.txt", "classes.txt")]
    [InlineData("train2017/a.png", "train2017/a.txt", "classes.txt")]
    [InlineData("train/images/a.png", "train/labels/a.txt", "classes.txt")]
    [InlineData("train/a.png", "train/a.txt", "train/_darknet.labels")]
    [InlineData("images/a.png", "labels/a.txt", "classes.txt")]
    [InlineData("images/a.png", "labels/a.txt", "labels/classes.txt")]
    [InlineData("Images/a.png", "Labels/a.txt", "_darknet.labels")]
    [InlineData("a.png", "a.txt", "classes.txt")]
    [InlineData("train/a.png", "train/a.txt", "obj.names")]
    [InlineData("obj_train_data/a.png", "obj_train_data/a.txt", "obj.names", "train.txt")]
    [InlineData("deep/set/images/a.png", "deep/set/labels/a.txt", "deep/set/classes.txt")]
    public void Folders_without_a_description_are_read_with_a_file_of_classes(
        string picture,
        string labels,
        string classes,
        string? list = null
    )
    {
        set.Pictures(picture)
            .Text(labels, "1 0.5 0.5 0.2 0.5\n")
            .Text(classes, "stop sign\nyield\n")
            .Text("notes.json", "{}")
            .Text("train_log.json", "{\"loss\": []}");
        if (list is not null)
        {
            set.Text(list, "data/obj_train_data/a.png\n").Text("obj.data", "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\n");
        }

        var dataset = set.Open();

        dataset.Lines().Should().Equal("a.png: yield 40 20 59 59");
        dataset.Log.Problems.Should().BeEmpty();
    }

    [Fact]
    public void Images_of_a_list_that_are_not_there_are_reported_with_its_line()
    {
        Export().Text("data.yaml", "train: list.txt\nnames: [a, b]").Text("list.txt", "train/images/a.JPG\n\n/home/me/gone.png\n");

        var dataset = set.Open();

        dataset.Images.Should().ContainSingle();
        dataset.Flaws(set.Path).Should().Equal("MissingImage list.txt: line 3: there is no image '/home/me/gone.png'; it is left out");
    }

    [Fact]
    public void Lists_may_name_images_without_their_folder()
    {
        set.Pictures("images/a.png", "images/b.png")
            .Text("labels/a.txt", "1 0.5 0.5 0.2 0.5")
            .Text("labels/b.txt", "")
            .Text("train.txt", "a.png\n")
            .Text("val.txt", "b.png\n")
            .Text("classes.txt", "stop\nyield");

        set.Open().Lines().Should().Equal("a.png: yield 40 20 59 59");
        set.Open("val").Lines().Should().Equal("b.png:");
    }

    [Fact]
    public void Folders_of_parts_may_end_in_a_year()
    {
        set.Pictures("images/train2012/a.png", "images/train2017/b.png", "images/val2017/c.png")
            .Text("labels/train2012/a.txt", "1 0.5 0.5 0.2 0.5")
            .Text("labels/train2017/b.txt", "0 0.5 0.5 0.2 0.5")
            .Text("labels/val2017/c.txt", "")
            .Text("classes.txt", "stop\nyield");

        set.Open().Lines().Should().Equal("train2012/a.png: yield 40 20 59 59", "train2017/b.png: stop 40 20 59 59");
        set.Open().Layout.Recognized.Should().Contain("images/train2012").And.Contain("images/train2017");
        set.Open("val").Lines().Should().Equal("c.png:");
    }

    [Fact]
    public void Without_names_of_classes_the_option_is_said()
    {
        Export();

        Find().Should().Throw<AlignException>().WithMessage("*classes have no names; expected data.yaml*--names");
        set.Text("elsewhere/my.names", "a\nb")
            .Open(reading: new() { Names = set["elsewhere/my.names"] })
            .Classes()
            .Should()
            .Equal("a", "b");
    }

    [Fact]
    public void Outlines_become_the_boxes_around_them()
    {
        Export()
            .Text("data.yaml", "train: train\nnames: [a, b]")
            .Text("train/labels/b.txt", "0 0.1 0.25 0.3 0.125 0.2 0.5\n1 0 0 1 0 1 1 0 1");

        set.Open().Lines().Last().Should().Be("b.png: a 10 10 29 39 b 0 0 99 79");
    }

    [Fact]
    public void Of_poses_the_box_counts()
    {
        Export()
            .Text("data.yaml", "train: train\nnames: [a, b]\nkpt_shape: [2, 3]")
            .Text("train/labels/b.txt", "0 0.5 0.5 0.2 0.5 0.1 0.1 2 0.9 0.9 1");

        set.Open().Lines().Last().Should().Be("b.png: a 40 20 59 59");
    }

    [Theory]
    [InlineData("0 0.5 0.5 0.2", "BadObject", "expected 'class x y width height' or 'class x1 y1 x2 y2 x3 y3 ...', found 4 values")]
    [InlineData("0 0.5 0.5 0.2 0.2 0.93", "BadObject", "expected 'class x y width height' or *, found 6 values")]
    [InlineData("cat 0.5 0.5 0.2 0.2", "BadObject", "expected *, found 'cat' as value 1")]
    [InlineData("0 0,5 0.5 0.2 0.2", "BadObject", "expected *, found '0,5' as value 2")]
    [InlineData("0 NaN 0.5 0.2 0.2", "BadObject", "expected *, found 'NaN' as value 2")]
    [InlineData("-1 0.5 0.5 0.2 0.2", "BadObject", "expected a class from 0, found '-1'")]
    [InlineData("0 50 40 20 20", "BadObject", "expected fractions of the image's width and height, from 0 to 1, found 50")]
    [InlineData("2 0.5 0.5 0.2 0.2", "UnknownCategory", "class 2 is none of the 2 of data.yaml")]
    public void A_bad_line_is_left_out_and_reported_with_file_and_line(string bad, string kind, string message)
    {
        Export()
            .Text("data.yaml", "train: train\nnames: [a, b]")
            .Text("train/labels/b.txt", $"1 0.5 0.5 0.2 0.5\n\n{bad}\r\n0\t0.5 0.5  0.2 0.5");

        var dataset = set.Open();

        dataset.Lines().Last().Should().Be("b.png: b 40 20 59 59 a 40 20 59 59");
        dataset.Flaws(set.Path).Single().Should().Match($"{kind} train/labels/b.txt: line 3: {message}; the object is left out");
    }

    [Fact]
    public void Pictures_without_labels_are_background_and_labels_without_pictures_are_reported()
    {
        Export().Text("data.yaml", "train: train\nnames: [a, b]").Text("train/labels/gone.txt", "0 0.5 0.5 0.2 0.2");
        File.Delete(set["train/labels/b.txt"]);

        var dataset = set.Open();

        dataset.Lines().Should().Equal("a.JPG: b 40 20 59 59 a 0 0 9 7", "b.png:");
        dataset.Layout.Recognized.Should().Contain("; 1 image without a label file, taken as background; ");
        dataset
            .Flaws(set.Path)
            .Should()
            .Equal("MissingImage train/labels/gone.txt: there is no image of that name; the labels are left out");
    }

    [Fact]
    public void Pictures_that_have_no_labels_at_all_are_refused()
    {
        Export().Text("data.yaml", "train: train\nnames: [a, b]");
        Directory.Delete(set["train/labels"], recursive: true);

        Find().Should().Throw<AlignException>().WithMessage("*expected label files such as a.txt in *images, found none for 2 images");
    }

    [Fact]
    public void Boxes_that_reach_outside_are_reported_with_file_and_line()
    {
        Export().Text("data.yaml", "train: train\nnames: [a, b]").Text("train/labels/b.txt", "0 0.95 0.5 0.5 0.5");

        set.Open()
            .Flaws(set.Path)
            .Should()
            .Equal(
                "BoxOutside train/labels/b.txt: line 1: box [70, 20, 50, 40], area 2000, in an image of 100x80 reaches over the edge; it "
                    + "is clipped"
            );
    }

    [Fact]
    public void A_folder_that_could_be_of_two_kinds_is_answered_with_the_option_that_decides()
    {
        Export()
            .Text("data.yaml", "train: train\nnames: [a, b]")
            .Text("Annotations/a.xml", "<annotation><filename>a.JPG</filename></annotation>");

        Find()
            .Should()
            .Throw<AlignException>()
            .WithMessage("*Pascal VOC (Annotations/*.xml) and YOLO text (data.yaml); choose with --layout voc or*");
        set.Open(reading: new() { Layout = LayoutKind.Yolo }).Classes().Should().Equal("a", "b");
    }

    [Fact]
    public void What_is_no_dataset_is_answered_with_what_is_there_and_what_is_known()
    {
        set.Pictures("a.png").Text("readme.md", "");

        Find()
            .Should()
            .Throw<AlignException>()
            .WithMessage("*expected a dataset, found a.png, readme.md; known are COCO*Pascal VOC*YOLO text*");
    }

    public void Dispose() => set.Dispose();

    private Action Find() => () => set.Find();

    /// <summary>Two images to train on, one of them background, and one held out.</summary>
    private DatasetFolder Export() =>
        set.Pictures("train/images/a.JPG", "train/images/b.png", "valid/images/c.png")
            .Text("train/labels/a.txt", "1 0.5 0.5 0.2 0.5\n0 0.05 0.05 0.1 0.1\n")
            .Text("train/labels/b.txt", "")
            .Text("valid/labels/c.txt", "1 0.5 0.5 1 1");
}
