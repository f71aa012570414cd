extension FieldTexts {
    static let volume = """
        Volume.name: Its name in the pod.
        Volume.hostPath: A file or folder of the machine. Whoever may write manifests is root.
        Volume.emptyDir: A folder that begins empty and goes with the pod.
        Volume.configMap: The keys of a ConfigMap as files, which follow its changes.
        Volume.secret: The keys of a Secret as files in memory, which follow its changes.
        Volume.downwardAPI: Fields of the pod as files.
        Volume.projected: Several of these in one folder.
        Volume.persistentVolumeClaim: A folder that outlives its pods.
        Volume.ephemeral: A claim that is made with the pod, and goes with it: a folder on the disk.
        EphemeralVolumeSource.volumeClaimTemplate: The claim.
        PersistentVolumeClaimTemplate.metadata: Its labels and annotations.
        PersistentVolumeClaimTemplate.spec: What is claimed.
        Volume.image: An image, mounted read-only.
        Volume.csi: A volume of a CSI driver.
        Volume.nfs: A folder of an NFS server (version 4.0 to 4.2), mounted by the kernel; no mount helper is needed.
        Volume.awsElasticBlockStore: A disk of AWS.
        Volume.azureDisk: A disk of Azure.
        Volume.azureFile: A file share of Azure.
        Volume.cephfs: A folder of a Ceph cluster.
        Volume.cinder: A disk of OpenStack.
        Volume.fc: A disk on a Fibre Channel.
        Volume.flexVolume: A volume of a FlexVolume driver.
        Volume.flocker: A volume of Flocker.
        Volume.gcePersistentDisk: A disk of Google's cloud.
        Volume.gitRepo: A clone of a Git repository; an init container can make one in an emptyDir.
        Volume.glusterfs: A volume of a GlusterFS cluster.
        Volume.iscsi: A disk of an iSCSI target.
        Volume.photonPersistentDisk: A disk of a Photon controller.
        Volume.portworxVolume: A volume of Portworx.
        Volume.quobyte: A volume of Quobyte.
        Volume.rbd: A block device of a Ceph cluster.
        Volume.scaleIO: A volume of ScaleIO.
        Volume.storageos: A volume of StorageOS.
        Volume.vsphereVolume: A disk of vSphere.
        HostPathVolumeSource.path: The path on the machine.
        HostPathVolumeSource.type: What must be there, or is made.
        EmptyDirVolumeSource.medium: Memory is a tmpfs, HugePages-<size> a hugetlbfs; the disk, where it is left out.
        EmptyDirVolumeSource.sizeLimit: How large it may become; on the disk, a pod that goes beyond is evicted.
        KeyToPath.key: The key.
        KeyToPath.path: The file.
        KeyToPath.mode: The file's mode; defaultMode, where it is left out.
        ConfigMapVolumeSource.name: The ConfigMap.
        ConfigMapVolumeSource.items: Which keys, under which names; all, where it is left out.
        ConfigMapVolumeSource.defaultMode: The mode of files. 0644.
        ConfigMapVolumeSource.optional: Whether the pod starts without it.
        SecretVolumeSource.secretName: The Secret.
        SecretVolumeSource.items: Which keys, under which names; all, where it is left out.
        SecretVolumeSource.defaultMode: The mode of files. 0644.
        SecretVolumeSource.optional: Whether the pod starts without it.
        DownwardAPIVolumeSource.items: The files.
        DownwardAPIVolumeSource.defaultMode: The mode of files. 0644.
        DownwardAPIVolumeFile.path: The file.
        DownwardAPIVolumeFile.fieldRef: A field of the pod.
        DownwardAPIVolumeFile.resourceFieldRef: A limit or request of a container.
        DownwardAPIVolumeFile.mode: The file's mode.
        ProjectedVolumeSource.sources: What is put together.
        ProjectedVolumeSource.defaultMode: The mode of files. 0644.
        VolumeProjection.configMap: Keys of a ConfigMap.
        VolumeProjection.secret: Keys of a Secret.
        VolumeProjection.downwardAPI: Fields of the pod.
        VolumeProjection.serviceAccountToken: A token of an API server; there is none here.
        VolumeProjection.clusterTrustBundle: Certificates of a cluster; there are none here.
        VolumeProjection.podCertificate: A certificate of a cluster; there is none here.
        DownwardAPIProjection.items: The files.
        KeysProjection.name: The object.
        KeysProjection.items: Which keys, under which names.
        KeysProjection.optional: Whether the pod starts without it.
        PersistentVolumeClaimVolumeSource.claimName: The claim in the pod's namespace.
        PersistentVolumeClaimVolumeSource.readOnly: Whether all mounts of it are read-only.
        NFSVolumeSource.server: Its name or its address.
        NFSVolumeSource.path: The folder that it exports, an absolute path.
        NFSVolumeSource.readOnly: Whether nobody may write there. false, where it is left out.
        ImageVolumeSource.reference: The image.
        ImageVolumeSource.pullPolicy: When it is fetched.
        """

    static let security = """
        PodSecurityContext.runAsUser: The user's number; the image's, where it is left out.
        PodSecurityContext.runAsGroup: The group's number; the user's in the image, where it is left out.
        PodSecurityContext.runAsNonRoot: A container that would run as root is not started.
        PodSecurityContext.fsGroup: Volumes belong to this group, and processes are in it.
        PodSecurityContext.fsGroupChangePolicy: OnRootMismatch leaves a volume alone whose root is right already.
        PodSecurityContext.supplementalGroups: Further groups of processes.
        PodSecurityContext.supplementalGroupsPolicy: Strict leaves out the groups of the image's /etc/group.
        PodSecurityContext.seccompProfile: Which system calls are allowed; RuntimeDefault, where it is left out.
        PodSecurityContext.appArmorProfile: The AppArmor profile; the package's, where it is left out and loaded.
        PodSecurityContext.sysctls: Kernel parameters of the pod's namespaces.
        PodSecurityContext.seLinuxOptions: The SELinux label.
        PodSecurityContext.seLinuxChangePolicy: How volumes get the label.
        PodSecurityContext.windowsOptions: Windows only.
        Sysctl.name: net.ipv4.ip_local_port_range, ….
        Sysctl.value: The value.
        SecurityContext.runAsUser: The user's number.
        SecurityContext.runAsGroup: The group's number.
        SecurityContext.runAsNonRoot: The container is not started as root.
        SecurityContext.readOnlyRootFilesystem: Nothing but volumes can be written to.
        SecurityContext.privileged: All capabilities, all devices, no filter: root of the machine.
        SecurityContext.allowPrivilegeEscalation: false: no program has more rights than the one that started it (no_new_privs).
        SecurityContext.capabilities: Capabilities on top of the default ones, and less.
        SecurityContext.seccompProfile: Which system calls are allowed.
        SecurityContext.appArmorProfile: The AppArmor profile.
        SecurityContext.procMount: Unmasked shows all of /proc; only in a user namespace.
        SecurityContext.seLinuxOptions: The SELinux label.
        SecurityContext.windowsOptions: Windows only.
        Capabilities.add: NET_ADMIN, …; ALL.
        Capabilities.drop: What is taken away; ALL.
        SeccompProfile.type: RuntimeDefault, Unconfined or Localhost.
        SeccompProfile.localhostProfile: The file below the agent's folder of profiles.
        AppArmorProfile.type: RuntimeDefault, Unconfined or Localhost.
        AppArmorProfile.localhostProfile: The name of a profile that is loaded.
        SELinuxOptions.user: The user of the label.
        SELinuxOptions.role: The role of the label.
        SELinuxOptions.type: The type of the label.
        SELinuxOptions.level: The level of the label.
        """
}
