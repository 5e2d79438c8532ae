using System.Text;
using PPYolo.Align;
using PPYolo.Data.Coco;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;

namespace PPYolo.Tests.Unit.Data.Layouts.Voc;

/// <summary>Pascal VOC as it is downloaded, and what sites and labelling programs call VOC.</summary>
public sealed class VocFolderTests : IDisposable
{
    private readonly DatasetFolder set = new();

    [Fact]
    public void Reads_boxes_as_the_usual_converters_do()
    {
        Devkit().Text("Annotations/1.xml", Xml("1.png", Object("cat", 1, 1, 50, 40), Object("dog", 11, 21, 100, 80)));

        var dataset = set.Open();

        dataset.Lines().Should().Equal("1.png: cat 0 0 49 39 dog 10 20 99 79", "2.png:");
        dataset.Log.Problems.Should().BeEmpty();
        dataset
            .Layout.Read(new(true))
            .Annotations.Select(one => one.Box)
            .Should()
            .Equal(new CocoBox(0, 0, 50, 40), new CocoBox(10, 20, 90, 60));
    }

    [Fact]
    public void Classes_are_VOCs_own_where_no_other_occurs()
    {
        Devkit().Text("Annotations/1.xml", Xml("1.png", Object("person", 1, 1, 50, 40), Object("cat", 1, 1, 50, 40)));

        set.Open().Classes().Should().Equal(VocClasses.All).And.HaveCount(20).And.StartWith("aeroplane").And.EndWith("tvmonitor");
        set.Find()
            .Recognized.Should()
            .Be(
                $"Pascal VOC in {set.Path}: 2 images of ImageSets/Main/train.txt, pictures in JPEGImages; "
                    + "20 classes, VOC's own in alphabetical order"
            );
    }

    [Fact]
    public void Other_classes_are_in_alphabetical_order_over_all_parts()
    {
        Devkit()
            .Text("Annotations/1.xml", Xml("1.png", Object("traffic light", 1, 1, 50, 40)))
            .Text("Annotations/3.xml", Xml("3.png", Object("car", 1, 1, 50, 40)));

        set.Open().Classes().Should().Equal("car", "traffic light");
        set.Open("val").Classes().Should().Equal("car", "traffic light");
        set.Find().Recognized.Should().EndWith("2 classes, in alphabetical order");
    }

    [Theory]
    [InlineData("labels.txt")]
    [InlineData("label_list.txt")]
    [InlineData("obj.names")]
    public void Classes_have_the_order_of_a_labels_file(string name)
    {
        Devkit()
            .Text("Annotations/1.xml", Xml("1.png", Object("traffic light", 1, 1, 50, 40), Object("bus stop", 1, 1, 50, 40)))
            .Bytes(name, Encoding.UTF8.GetBytes("\uFEFFvan\r\ntraffic light\r\n\r\n"));

        var dataset = set.Open();

        dataset.Classes().Should().Equal("van", "traffic light");
        dataset.Layout.Recognized.Should().EndWith($"2 classes, in the order of {name}");
        dataset
            .Flaws(set.Path)
            .Should()
            .Equal($"UnknownCategory Annotations/1.xml: line 8: 'bus stop' is no class of {name}; the object is left out");
    }

    [Fact]
    public void Files_of_classes_that_differ_are_listed_with_the_option_that_decides()
    {
        Devkit().Text("labels.txt", "a\nb").Text("classes.txt", "b\na");

        Find().Should().Throw<AlignException>().WithMessage("*several that differ: classes.txt, labels.txt*--names*");
        set.Open(reading: new() { Names = set["labels.txt"] }).Classes().Should().Equal("a", "b");
        set.Text("classes.txt", "a\nb").Open().Classes().Should().Equal("a", "b");
    }

    [Fact]
    public void Difficult_objects_are_left_out_unless_asked_for()
    {
        Devkit()
            .Text("Annotations/1.xml", Xml("1.png", Object("cat", 1, 1, 50, 40, "<difficult>1</difficult>"), Object("dog", 1, 1, 9, 9)));

        set.Open().Lines().First().Should().Be("1.png: dog 0 0 8 8");
        set.Find().Recognized.Should().EndWith("; 1 difficult object left out (--difficult takes them)");
        set.Open(reading: new() { Difficult = true }).Lines().First().Should().Be("1.png: cat 0 0 49 39 dog 0 0 8 8");
        set.Find(reading: new() { Difficult = true }).Recognized.Should().EndWith("; 1 difficult object takes part");
    }

    [Fact]
    public void Parts_of_a_person_are_no_objects()
    {
        const string part = "<part><name>head</name><bndbox><xmin>5</xmin><ymin>5</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></part>";
        Devkit().Text("Annotations/1.xml", Xml("1.png", Object("person", 1.4, 1, 50, 40, $"<truncated>1</truncated>{part}")));

        set.Open().Lines().First().Should().Be("1.png: person 0.4 0 49 39");
    }

    [Fact]
    public void Files_that_miss_what_they_may_miss_are_read()
    {
        Devkit()
            .Bytes(
                "Annotations/1.xml",
                Encoding.UTF8.GetBytes(
                    "\uFEFF<?xml version=\"1.0\"?>\r\n<!DOCTYPE annotation>\r\n<annotation>\r\n"
                        + Object("cat", 1, 1, 50, 40)
                        + "</annotation>\r\n"
                )
            );

        var dataset = set.Open();

        dataset.Lines().First().Should().Be("1.png: cat 0 0 49 39");
        (dataset.Images[0].Width, dataset.Images[0].Height).Should().Be((100, 80));
        dataset.Log.Problems.Should().BeEmpty();
    }

    [Theory]
    [InlineData("<object><name>cat</name></object>", "expected a <bndbox> in the <object> 'cat', found none")]
    [InlineData("<object><bndbox/></object>", "expected a <name> in <object>, found none")]
    [InlineData(
        "<object><name>cat</name><bndbox><xmin>1</xmin><ymin>nan</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object>",
        "object 'cat': expected a finite number in <ymin>, found 'nan'"
    )]
    [InlineData(
        "<object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax></bndbox></object>",
        "object 'cat': expected a number in <ymax>, found none"
    )]
    public void A_bad_object_is_left_out_and_reported_with_file_and_line(string bad, string message)
    {
        Devkit().Text("Annotations/1.xml", $"<annotation>\n\n{bad}\n{Object("dog", 1, 1, 50, 40)}</annotation>");

        var dataset = set.Open();

        dataset.Lines().First().Should().Be("1.png: dog 0 0 49 39");
        dataset.Flaws(set.Path).Should().Equal($"BadObject Annotations/1.xml: line 3: {message}; the object is left out");
        FluentActions
            .Invoking(() => DetectionDataset.Open(set.Find(), new() { Strict = true }))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*1.xml: line 3: *--strict*");
    }

    [Fact]
    public void Boxes_that_are_nothing_or_reach_outside_are_reported_with_file_and_line()
    {
        Devkit().Text("Annotations/1.xml", Xml("1.png", Object("cat", 50, 1, 10, 40), Object("dog", 51, 1, 150, 80)));

        var dataset = set.Open();

        dataset.Lines().First().Should().Be("1.png: dog 50 0 99 79");
        dataset
            .Flaws(set.Path)
            .Should()
            .Equal(
                "EmptyBox Annotations/1.xml: line 3: box [49, 0, -39, 40], area -1560, in an image of 100x80 has no area there; it "
                    + "is left out",
                "BoxOutside Annotations/1.xml: line 8: box [50, 0, 100, 80], area 8000, in an image of 100x80 reaches over the edge; it is "
                    + "clipped"
            );
    }

    [Theory]
    [InlineData("<annotation>\n<object>", "line 2: expected XML: ")]
    [InlineData("<html>\n</html>", "line 1: expected <annotation>, found <html>")]
    [InlineData("", "line 1: expected XML: ")]
    [InlineData("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>\n<annotation>&x;</annotation>", "line 2: expected XML: ")]
    public void A_bad_file_is_reported_and_its_image_left_out(string text, string message)
    {
        Devkit().Text("Annotations/1.xml", text);

        var dataset = set.Open();

        dataset.Lines().Should().Equal("2.png:");
        dataset.Flaws(set.Path).Single().Should().StartWith($"UnreadableAnnotation Annotations/1.xml: {message}").And.EndWith("left out");
    }

    [Fact]
    public void XML_that_is_nested_without_end_is_no_danger()
    {
        var deep = string.Concat(Enumerable.Repeat("<name>", 100_000)) + string.Concat(Enumerable.Repeat("</name>", 100_000));
        Devkit().Text("Annotations/1.xml", $"<annotation><object>{deep}</object></annotation>");

        set.Open().Flaws(set.Path).Single().Should().Contain("expected XML: elements are nested 65 deep");
    }

    [Theory]
    // Of one class, with a space in the name, with a byte order mark and Windows' line ends, as paths.
    [InlineData("1  1\n2 -1\n")]
    [InlineData("\uFEFF1\r\n\r\n2\r\n")]
    [InlineData("1.png\n2.png")]
    [InlineData("JPEGImages/1.png Annotations/1.xml\nJPEGImages/2.png Annotations/2.xml\n")]
    [InlineData("2012\\JPEGImages\\1.png 2012\\Annotations\\1.xml\n2\n2\n")]
    public void Lists_of_images_are_read_as_they_are_written(string list)
    {
        Devkit().Bytes("ImageSets/Main/train.txt", Encoding.UTF8.GetBytes(list));

        set.Open().Images.Select(image => Path.GetFileName(image.Path)).Should().Equal("1.png", "2.png");
    }

    [Fact]
    public void Names_may_have_spaces_and_any_case_of_extension()
    {
        set.Text("Annotations/my image 1.xml", Xml("elsewhere.JPG", Object("cat", 1, 1, 50, 40)))
            .Pictures("JPEGImages/my image 1.JPG")
            .Text("ImageSets/Main/train.txt", "my image 1\n");

        set.Open().Lines().Should().Equal("my image 1.JPG: cat 0 0 49 39");
    }

    [Fact]
    public void Lists_of_classes_name_a_part_where_there_is_no_other_list()
    {
        Devkit().Text("ImageSets/Main/train_train.txt", "1  1\n2 -1\n").Text("ImageSets/Main/cat_train.txt", "1  1\n2 -1\n7 -1\n");
        set.Text("ImageSets/Main/train_val.txt", "3  1\n").Text("ImageSets/Main/cat_val.txt", "3 -1\n");
        File.Delete(set["ImageSets/Main/train.txt"]);
        File.Delete(set["ImageSets/Main/val.txt"]);

        var dataset = set.Open();

        dataset.Lines().Should().Equal("1.png: cat 0 0 49 39", "2.png:");
        dataset.Layout.Recognized.Should().Contain("3 images of ImageSets/Main/*_train.txt");
        dataset.Flaws(set.Path).Single().Should().StartWith("UnreadableAnnotation ImageSets/Main/cat_train.txt: line 3: ");
        set.Open("val").Lines().Should().Equal("3.png: cat 0 0 49 39");
    }

    [Fact]
    public void Lists_may_lie_beside_the_annotations()
    {
        Devkit().Text("train.txt", "1\n2\n").Text("val.txt", "3\n");
        Directory.Delete(set["ImageSets"], recursive: true);

        set.Open().Lines().Should().Equal("1.png: cat 0 0 49 39", "2.png:");
        set.Open("val").Lines().Should().Equal("3.png: cat 0 0 49 39");
    }

    [Fact]
    public void A_list_of_no_part_is_everything()
    {
        Devkit().Text("ImageSets/Main/default.txt", "1\n3\n");
        File.Delete(set["ImageSets/Main/train.txt"]);
        File.Delete(set["ImageSets/Main/val.txt"]);

        set.Open().Lines().Should().Equal("1.png: cat 0 0 49 39", "3.png: cat 0 0 49 39");
        set.Find().Recognized.Should().Contain("2 images of ImageSets/Main/default.txt");
    }

    [Theory]
    [InlineData("images/cat/1.png", "images/dog/1.png")]
    [InlineData("images/cat/1.JPG", "images/dog/1.jpeg")]
    public void Annotations_may_lie_in_folders_of_classes(string cat, string dog)
    {
        set.Text("annotations/cat/1.xml", Xml("x.png", Object("cat", 1, 1, 50, 40)))
            .Text("annotations/dog/1.xml", Xml("x.png", Object("dog", 1, 1, 9, 9)))
            .Pictures(cat, dog);
        var (first, second) = (Path.GetRelativePath("images", cat), Path.GetRelativePath("images", dog));

        set.Open().Lines().Should().Equal($"{first}: cat 0 0 49 39", $"{second}: dog 0 0 8 8");

        set.Text("train.txt", "./images/dog/1.png ./annotations/dog/1.xml\n").Open().Lines().Should().Equal($"{second}: dog 0 0 8 8");
    }

    [Fact]
    public void Pictures_may_lie_in_folders_of_classes()
    {
        set.Text("train/annotations/cat_1.xml", Xml("cat_1.jpg", Object("cat", 1, 1, 50, 40)))
            .Text("train/annotations/dog_1.xml", Xml("dog_1.jpg", Object("dog", 1, 1, 9, 9)))
            .Pictures("train/images/cat/cat_1.png", "train/images/cat/dog_1.png", "train/images/dog/dog_1.png");

        var dataset = set.Open();

        dataset.Lines().Should().Equal("cat/cat_1.png: cat 0 0 49 39");
        // Which of two is meant nobody knows.
        dataset.Flaws(set.Path).Single().Should().StartWith("MissingImage train/images/dog_1.jpg: ");
    }

    [Fact]
    public void What_is_listed_and_not_there_is_reported()
    {
        Devkit().Text("ImageSets/Main/train.txt", "1\n2\n7\n");
        File.Delete(set["JPEGImages/2.png"]);

        var dataset = set.Open();

        dataset.Lines().Should().Equal("1.png: cat 0 0 49 39");
        dataset
            .Flaws(set.Path)
            .Should()
            .Equal(
                "UnreadableAnnotation ImageSets/Main/train.txt: line 3: expected an annotation file Annotations/7.xml, found none; the "
                    + "image is left out",
                "MissingImage JPEGImages/2.png: image id 2: there is no such file; the image is left out"
            );
    }

    [Fact]
    public void A_part_that_is_not_there_is_answered_with_those_that_are()
    {
        Devkit().Text("ImageSets/Main/trainval.txt", "1\n2\n3").Text("ImageSets/Main/cat_train.txt", "1 1");

        set.Open("val").Lines().Should().Equal("3.png: cat 0 0 49 39");
        FluentActions
            .Invoking(() => set.Find("test"))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*no list of 'test'*train.txt, ImageSets/Main/trainval.txt, ImageSets/Main/val.txt; name the list itself*");
        DetectionDataset.Open(DatasetFinder.Find(set["ImageSets/Main/trainval.txt"], "train")).Images.Should().HaveCount(3);
    }

    [Fact]
    public void Folders_in_which_archives_put_it_are_looked_through()
    {
        set.Text("VOCdevkit/VOC2012/Annotations/1.xml", Xml("1.png", Object("cat", 1, 1, 50, 40)))
            .Pictures("VOCdevkit/VOC2012/JPEGImages/1.png", "__MACOSX/VOCdevkit/VOC2012/JPEGImages/._1.png");

        set.Open().Lines().Should().Equal("1.png: cat 0 0 49 39");

        set.Text("VOCdevkit/VOC2007/Annotations/1.xml", Xml("1.png", Object("cat", 1, 1, 50, 40)));
        Find().Should().Throw<AlignException>().WithMessage("*VOC2007 (Pascal VOC), *VOC2012 (Pascal VOC); name the folder*");
    }

    [Theory]
    [InlineData("train/{0}.xml", "train/{0}.png", "valid/{1}.xml", "valid/{1}.png")]
    [InlineData("Annotations/train/{0}.xml", "images/train/{0}.png", "Annotations/val/{1}.xml", "images/val/{1}.png")]
    [InlineData("train/Annotations/{0}.xml", "train/JPEGImages/{0}.png", "val/Annotations/{1}.xml", "val/JPEGImages/{1}.png")]
    [InlineData("train/annotations/{0}.xml", "train/images/{0}.png", "validation/annotations/{1}.xml", "validation/images/{1}.png")]
    [InlineData("train/annotations/xmls/{0}.xml", "train/images/{0}.png", "valid/{1}.xml", "valid/{1}.png")]
    [InlineData("Annotations/train/c/{0}.xml", "images/train/c/{0}.png", "Annotations/val/c/{1}.xml", "images/val/c/{1}.png")]
    public void Parts_may_be_folders(params string[] patterns)
    {
        string[] names = [.. patterns.Select(pattern => string.Format(null, pattern, "a", "b"))];
        set.Text(names[0], Xml("a.png", Object("pot", 1, 1, 50, 40)))
            .Text(names[2], Xml("b.png", Object("lid", 1, 1, 9, 9)))
            .Pictures(names[1], names[3]);

        set.Open().Lines().Single().Should().EndWith("a.png: pot 0 0 49 39");
        set.Open("val").Lines().Single().Should().EndWith("b.png: lid 0 0 8 8");
        set.Open().Classes().Should().Equal("lid", "pot");
    }

    [Theory]
    [InlineData("a.xml", "a.png")]
    [InlineData("annotations/a.xml", "images/a.png")]
    [InlineData("annotations/xmls/a.xml", "images/a.png")]
    [InlineData("Annotation/a.xml", "image/a.png")]
    [InlineData("labels/a.xml", "images/a.png")]
    [InlineData("label/a.xml", "img/a.png")]
    public void Without_lists_it_is_everything(string xml, string picture)
    {
        set.Text(xml, Xml("a.png", Object("pot", 1, 1, 50, 40)))
            .Text(Path.Combine(Path.GetDirectoryName(xml)!, "._a.xml"), "not XML")
            .Pictures(picture);

        set.Open().Lines().Should().Equal("a.png: pot 0 0 49 39");
        set.Open("val").Lines().Should().Equal("a.png: pot 0 0 49 39");
    }

    [Fact]
    public void COCO_files_that_lie_beside_it_come_first_and_the_option_is_said()
    {
        Devkit()
            .Text(
                "annotations2/voc2012_train.json",
                """
                {"images": [{"id": 1, "file_name": "1.png"}], "categories": [{"id": 1, "name": "cat"}],
                 "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 9, 9]}]}
                """
            );

        set.Open().Lines().Should().Equal("1.png: cat 0 0 8 8");
        set.Find().Recognized.Should().EndWith("; also there is Pascal VOC (Annotations/*.xml), which --layout voc takes");
        set.Open(reading: new() { Layout = LayoutKind.Voc }).Lines().Should().HaveCount(2);
    }

    public void Dispose() => set.Dispose();

    private Action Find() => () => set.Find();

    /// <summary>Three images; train is the first two.</summary>
    private DatasetFolder Devkit() =>
        set.Text("Annotations/1.xml", Xml("1.png", Object("cat", 1, 1, 50, 40)))
            .Text("Annotations/2.xml", Xml("2.png"))
            .Text("Annotations/3.xml", Xml("3.png", Object("cat", 1, 1, 50, 40)))
            .Pictures("JPEGImages/1.png", "JPEGImages/2.png", "JPEGImages/3.png")
            .Text("ImageSets/Main/train.txt", "1\n2\n")
            .Text("ImageSets/Main/val.txt", "3\n");

    private static string Xml(string file, params string[] objects) =>
        $"<annotation><folder>VOC2012</folder><filename>{file}</filename>\n"
        + "<size><width>100</width><height>80</height><depth>3</depth></size>\n"
        + $"{string.Concat(objects)}</annotation>\n";

    /// <summary>Five lines.</summary>
    private static string Object(string name, double left, double top, double right, double bottom, string more = "") =>
        string.Create(
            null,
            $"<object>\n<name>{name}</name>{more}<pose>Left</pose>\n<bndbox><xmin>{left}</xmin><ymin>{top}</ymin>\n<xmax>{right}</xmax>"
                + $"<ymax>{bottom}</ymax></bndbox>\n</object>\n"
        );
}
